/* Preloaded into `weir`. While the file named by FAIL_SYNC_WHILE exists, fsync and fdatasync of files whose path
 * contains the text in FAIL_SYNC_BELOW answer EIO, as a dying disk does. Those that succeed are listed in the file
 * named by LIST_SYNCS_IN, a path a line. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The path of an open file, with a line end; the length of it, 0 if there is none. */
static ssize_t name(int fd, char *path, size_t room) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, room - 2);
    if (length < 0) return 0;
    path[length] = '\n';
    path[length + 1] = 0;
    return length + 1;
}

static int fails(int fd) {
    const char *flag = getenv("FAIL_SYNC_WHILE");
    const char *part = getenv("FAIL_SYNC_BELOW");
    char path[4096];
    if (!flag || !part || access(flag, F_OK) != 0) return 0;
    return name(fd, path, sizeof path) > 0 && strstr(path, part) != NULL;
}

static int synced(const char *call, int fd) {
    if (fails(fd)) { errno = EIO; return -1; }
    int (*real)(int) = dlsym(RTLD_NEXT, call);
    int answer = real(fd);
    const char *list = getenv("LIST_SYNCS_IN");
    if (answer == 0 && list) {
        char path[4096];
        ssize_t length = name(fd, path, sizeof path);
        int out = open(list, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (out < 0 || write(out, path, length) != length) abort();
        close(out);
    }
    return answer;
}

int fsync(int fd) { return synced("fsync", fd); }

int fdatasync(int fd) { return synced("fdatasync", fd); }
