/* Shuts an ext4 file system down as if the plug were pulled: nothing that was not written back reaches the disk, the
 * journal is not committed (EXT4_IOC_SHUTDOWN with NOLOGFLUSH). Needs root. Usage: pull_plug MOUNTPOINT */
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <sys/ioctl.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define NOLOGFLUSH 2u

int main(int argc, char **argv) {
    uint32_t flags = NOLOGFLUSH;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
    if (fd < 0 || ioctl(fd, EXT4_IOC_SHUTDOWN, &flags) != 0) {
        perror(argc == 2 ? argv[1] : "usage: pull_plug MOUNTPOINT");
        return 1;
    }
    return 0;
}
