/* Preloaded into `weir`: a disk that fails below the folders of chosen destinations. DISK_FAULTS names a folder; a file
 * there with the name of a folder makes the files in the latter fail, as its one line says:
 *
 *   once write ERRNO    the next write fails
 *   once sync ERRNO     the next write goes through, and the sync after it fails
 *   once short ERRNO    the next write takes half of what it is given, and the one after it fails
 *   once hang MS        the next write takes so long
 *   until write ERRNO   every write fails
 *   until slow MS       every write takes at most 512 bytes, and so long
 *
 * What is to happen once is over when the file is gone; what is there until it is removed leaves NAME.seen when it
 * first happens. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct fault {
    char path[4096], how[16], what[16];
    int number;
};

/* Whether something is to happen to an open file. */
static int find(int fd, struct fault *fault) {
    const char *folder = getenv("DISK_FAULTS");
    char link[64], path[4096];
    if (!folder || fd < 3) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0 || path[0] != '/') return 0;
    path[length] = 0;
    char *file = strrchr(path, '/');
    *file = 0;
    char *name = strrchr(path, '/');
    if (!name) return 0;
    if (snprintf(fault->path, sizeof fault->path, "%s%s", folder, name) >= (int)sizeof fault->path) abort();
    FILE *said = fopen(fault->path, "r");
    if (!said) return 0;
    int words = fscanf(said, "%15s %15s %d", fault->how, fault->what, &fault->number);
    fclose(said);
    return words == 3;
}

static int is(const struct fault *fault, const char *how, const char *what) {
    return strcmp(fault->how, how) == 0 && strcmp(fault->what, what) == 0;
}

/* What happens once happens to whoever removes its file. */
static int take(const struct fault *fault) { return unlink(fault->path) == 0; }

static void note(const struct fault *fault) {
    char path[4200];
    snprintf(path, sizeof path, "%s.seen", fault->path);
    FILE *seen = fopen(path, "w");
    if (!seen) abort();
    fclose(seen);
}

static void wait_for(int milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static int fail(int error) {
    errno = error;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    struct fault fault;
    if (!find(fd, &fault)) return real(fd, bytes, count);
    if (is(&fault, "once", "write") && take(&fault)) return fail(fault.number);
    if (is(&fault, "once", "hang") && take(&fault)) wait_for(fault.number);
    if (is(&fault, "once", "short")) {
        FILE *next = fopen(fault.path, "w");
        if (!next) abort();
        fprintf(next, "once write %d\n", fault.number);
        fclose(next);
        return real(fd, bytes, (count + 1) / 2);
    }
    if (is(&fault, "until", "write")) {
        note(&fault);
        return fail(fault.number);
    }
    if (is(&fault, "until", "slow")) {
        note(&fault);
        wait_for(fault.number);
        return real(fd, bytes, count < 512 ? count : 512);
    }
    return real(fd, bytes, count);
}

static int synced(const char *call, int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, call);
    struct fault fault;
    if (find(fd, &fault) && is(&fault, "once", "sync") && take(&fault)) return fail(fault.number);
    return real(fd);
}

int fsync(int fd) { return synced("fsync", fd); }

int fdatasync(int fd) { return synced("fdatasync", fd); }
