// Fails, or writes down, what a program does to the files of one folder. To be loaded by LD_PRELOAD; see disk.py.
//
// Counted are the calls that change a file or a folder below DISK_ROOT (an absolute path): opening for writing, mkdir, write,
// truncate, sync, chmod, rename and unlink, from 1 on, in the order in which they are made.
//
// DISK_LOG=FILE     a line for each: number, kind, path, and what else there is (see record()); what was written goes to
//                   FILE.data
// DISK_FAIL_AT=N    the N-th fails
// DISK_FAIL_CODE=E  with this errno; 0: it takes place in a folder that has just been renamed to DISK_ROOT.gone
// DISK_FAIL_ON=1    and so does every later one, as on a disk that stays full
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int number, log_file = -1, data_file = -1, fail_at, fail_code, fails_on;
static char root[PATH_MAX];
static size_t root_length;

// A file of its own, whose descriptor is out of the way of the program's.
static int open_log(const char *name, const char *suffix)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", name, suffix);
    const int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return -1;
    const int high = fcntl(file, F_DUPFD_CLOEXEC, 500);
    syscall(SYS_close, file);
    return high;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("DISK_ROOT");
    if (text == NULL) return;
    snprintf(root, sizeof root, "%s", text);
    root_length = strlen(root);
    if ((text = getenv("DISK_FAIL_AT"))) fail_at = atoi(text);
    if ((text = getenv("DISK_FAIL_CODE"))) fail_code = atoi(text);
    fails_on = getenv("DISK_FAIL_ON") != NULL;
    if ((text = getenv("DISK_LOG"))) {
        log_file = open_log(text, "");
        data_file = open_log(text, ".data");
    }
    // What it starts is another program.
    unsetenv("LD_PRELOAD");
}

// The absolute path of a name, without its folder having to be there.
static void absolute(char *result, int folder, const char *path)
{
    char base[PATH_MAX] = "";
    if (path[0] != '/') {
        if (folder == AT_FDCWD) {
            if (getcwd(base, sizeof base) == NULL) base[0] = 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            const ssize_t length = readlink(link, base, sizeof base - 1);
            base[length > 0 ? length : 0] = 0;
        }
    }
    if (path[0] == '/') snprintf(result, PATH_MAX, "%s", path);
    else if (snprintf(result, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) result[0] = 0;
}

static void of_file(char *result, int file)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, result, PATH_MAX - 1);
    result[length > 0 ? length : 0] = 0;
}

static int is_inside(const char *path)
{
    return root_length > 0 && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

// Counts a call, and says whether it is to fail: then errno is set. `other` is a second path or "", `detail` a number.
static int fails(const char *kind, const char *path, const char *other, long long detail)
{
    if (!is_inside(path) && !is_inside(other)) return 0;
    pthread_mutex_lock(&lock);
    const int call = ++number;
    const int is_it = fail_at > 0 && (call == fail_at || (fails_on && call > fail_at));
    if (log_file >= 0) {
        char line[3 * PATH_MAX];
        const int length = snprintf(line, sizeof line, "%d\t%s\t%s\t%s\t%lld\n", call, kind, path, other, detail);
        if (syscall(SYS_write, log_file, line, length) != length) abort();
    }
    if (is_it && fail_code == 0 && call == fail_at) {
        char gone[PATH_MAX + 8];
        snprintf(gone, sizeof gone, "%s.gone", root);
        syscall(SYS_rename, root, gone);
    }
    pthread_mutex_unlock(&lock);
    if (!is_it || fail_code == 0) return 0;
    errno = fail_code;
    return 1;
}

// What was written, for the log.
static void keep(const void *bytes, size_t count)
{
    if (data_file < 0) return;
    pthread_mutex_lock(&lock);
    if (syscall(SYS_write, data_file, bytes, count) != (long)count) abort();
    pthread_mutex_unlock(&lock);
}

#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

static int opens(int folder, const char *path, int flags)
{
    if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return 1;
    char full[PATH_MAX];
    absolute(full, folder, path);
    return !fails("open", full, "", flags & O_TRUNC ? 1 : 0);
}

#define MODE_OF(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return opens(AT_FDCWD, path, flags) ? NEXT(open)(path, flags, mode) : -1;
}

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return opens(AT_FDCWD, path, flags) ? NEXT(open64)(path, flags, mode) : -1;
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return opens(folder, path, flags) ? NEXT(openat)(folder, path, flags, mode) : -1;
}

int openat64(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return opens(folder, path, flags) ? NEXT(openat64)(folder, path, flags, mode) : -1;
}

static FILE *opens_stream(const char *path, const char *mode, FILE *(*next)(const char *, const char *))
{
    const int flags = mode[0] == 'w' ? O_WRONLY | O_TRUNC : mode[0] == 'a' || strchr(mode, '+') ? O_WRONLY : O_RDONLY;
    return opens(AT_FDCWD, path, flags) ? next(path, mode) : NULL;
}

FILE *fopen(const char *path, const char *mode) { return opens_stream(path, mode, NEXT(fopen)); }
FILE *fopen64(const char *path, const char *mode) { return opens_stream(path, mode, NEXT(fopen64)); }

int mkdir(const char *path, mode_t mode)
{
    char full[PATH_MAX];
    absolute(full, AT_FDCWD, path);
    return fails("mkdir", full, "", 0) ? -1 : NEXT(mkdir)(path, mode);
}

ssize_t write(int file, const void *bytes, size_t count)
{
    char path[PATH_MAX];
    of_file(path, file);
    if (!is_inside(path)) return NEXT(write)(file, bytes, count);
    // The end, for what is only added to.
    const int end = fcntl(file, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR;
    char where[32];
    snprintf(where, sizeof where, "%lld", (long long)syscall(SYS_lseek, file, 0, end));
    if (fails("write", path, where, (long long)count)) return -1;
    const ssize_t written = NEXT(write)(file, bytes, count);
    keep(bytes, count);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place)
{
    char path[PATH_MAX];
    of_file(path, file);
    if (!is_inside(path)) return NEXT(pwrite)(file, bytes, count, place);
    char where[32];
    snprintf(where, sizeof where, "%lld", (long long)place);
    if (fails("write", path, where, (long long)count)) return -1;
    const ssize_t written = NEXT(pwrite)(file, bytes, count, place);
    keep(bytes, count);
    return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) { return pwrite(file, bytes, count, place); }

ssize_t writev(int file, const struct iovec *parts, int count)
{
    char path[PATH_MAX];
    of_file(path, file);
    if (!is_inside(path)) return NEXT(writev)(file, parts, count);
    // As few bytes as one write may take: the caller goes on with the rest.
    return count > 0 ? write(file, parts[0].iov_base, parts[0].iov_len) : 0;
}

static int syncs(int file)
{
    char path[PATH_MAX];
    of_file(path, file);
    return !fails("sync", path, "", 0);
}

int fsync(int file) { return syncs(file) ? NEXT(fsync)(file) : -1; }
int fdatasync(int file) { return syncs(file) ? NEXT(fdatasync)(file) : -1; }

int ftruncate(int file, off_t size)
{
    char path[PATH_MAX];
    of_file(path, file);
    return fails("truncate", path, "", size) ? -1 : NEXT(ftruncate)(file, size);
}

int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int fchmod(int file, mode_t mode)
{
    char path[PATH_MAX];
    of_file(path, file);
    return fails("chmod", path, "", mode) ? -1 : NEXT(fchmod)(file, mode);
}

int rename(const char *from, const char *to)
{
    char source[PATH_MAX], target[PATH_MAX];
    absolute(source, AT_FDCWD, from);
    absolute(target, AT_FDCWD, to);
    return fails("rename", source, target, 0) ? -1 : NEXT(rename)(from, to);
}

int unlink(const char *path)
{
    char full[PATH_MAX];
    absolute(full, AT_FDCWD, path);
    return fails("unlink", full, "", 0) ? -1 : NEXT(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    char full[PATH_MAX];
    absolute(full, folder, path);
    return fails("unlink", full, "", 0) ? -1 : NEXT(unlinkat)(folder, path, flags);
}

int remove(const char *path)
{
    char full[PATH_MAX];
    absolute(full, AT_FDCWD, path);
    return fails("unlink", full, "", 0) ? -1 : NEXT(remove)(path);
}
