/* What is settled before the .NET runtime starts, and what its libraries may not do. Linked into the executable on Linux by datagen.csproj,
   whose --wrap options put each __wrap_NAME in the place of NAME. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __x86_64__
#include <sys/platform/x86.h>
#endif

int __real_main(int count, char **arguments);

static char **the_arguments;

static int asks_for_json(void)
{
    for (char **argument = the_arguments; *argument; argument++)
    {
        if (strcmp(*argument, "--format=json") == 0) return 1;
        if (strcmp(*argument, "--format") == 0 && argument[1] && strcmp(argument[1], "json") == 0) return 1;
    }
    return 0;
}

/* Exit code 1, in the words and the shape that Auth/Console gives every other error. */
static void end(const char *message, const char *hint)
{
    const char *json[] = { "{\"error\":{\"code\":\"failed\",\"message\":\"", message, "\",\"hint\":\"", hint, "\"}}\n" };
    const char *text[] = { "error: ", message, "\nhint: ", hint, "\n" };
    const char **parts = asks_for_json() ? json : text;
    char line[512];
    size_t length = 0;
    for (int i = 0; i < 5; i++)
    {
        size_t more = strlen(parts[i]);
        if (more > sizeof line - length) break;
        memcpy(line + length, parts[i], more);
        length += more;
    }
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written; /* There is nowhere else to report it. */
    _exit(1);
}

/* DOTNET_… is set for other programs: crash dumps and large pages would end this one, a socket thread count break it. The names get another first
   character, which nothing looks for; ChildProcess gives it back, so that the browser and git see what the person set. */
static void hide_settings_of_dotnet(char **environment)
{
    for (; *environment; environment++)
    {
        if (strncmp(*environment, "DOTNET_", 7) == 0 || strncmp(*environment, "COMPlus_", 8) == 0) **environment ^= 0x60;
    }
}

/* Small threads and one arena: otherwise each thread takes 8 MiB and 64 MiB of address space. A megabyte at a time, since OpenSSL's start-up would
   grow the heap page by page. */
static void keep_small(void)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 3 << 19);
    pthread_setattr_default_np(&attributes);
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 1 << 20);
#endif
}

static void check_address_space(void)
{
    const size_t needed = (size_t)ADDRESS_SPACE_MIB << 20;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    void *room = mmap(NULL, needed, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) end("too little address space is left by ulimit -v", "allow 768 MiB or more: ulimit -v 786432");
    munmap(room, needed);
}

static void check_stack(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < 128 << 10) end("too small a stack is allowed by ulimit -s", "allow 8 MiB: ulimit -s 8192");
}

/* The one instruction beyond the first 64-bit processors' that the runtime uses without asking; glibc has asked already. */
static void check_processor(void)
{
#ifdef __x86_64__
    if (!CPU_FEATURE_PRESENT(CMPXCHG16B)) end("this processor, or the virtual machine, lacks the instruction cmpxchg16b", "let the virtual machine pass it on");
#endif
}

int __wrap_main(int count, char **arguments)
{
    the_arguments = arguments;
    hide_settings_of_dotnet(environ);
    keep_small();
    check_processor();
    check_stack();
    check_address_space();
    int code = __real_main(count, arguments);
    if (code == -1) /* The runtime's only word for it; no command has this exit code. */
        end("the .NET runtime could not start: too little memory, or no more threads", "look at ulimit -v, ulimit -u and the limits of the container");
    return code;
}

#ifdef STATIC
/* A static executable that loads a library has code made for another C library in its process, and dies. So nothing can be loaded: these stand in
   the place of glibc's own, and with nobody to call it the loader is not linked in. */
void *dlopen(const char *file, int mode)
{
    (void)file, (void)mode;
    return NULL;
}

void *dlsym(void *library, const char *name)
{
    (void)library, (void)name;
    return NULL;
}

char *dlerror(void)
{
    return "a static executable loads no libraries";
}

int dlclose(void *library)
{
    (void)library;
    return 0;
}

/* The runtime asks where its module begins; glibc's answer would bring the loader in. */
int dladdr(const void *address, Dl_info *found)
{
    extern const char __ehdr_start[], _end[];
    if ((const char *)address < __ehdr_start || (const char *)address >= _end) return 0;
    *found = (Dl_info){ .dli_fname = the_arguments[0], .dli_fbase = (void *)__ehdr_start };
    return 1;
}

/* The same for glibc itself: modules that nsswitch.conf names (`files` and `dns` are built in), character sets, international names. */
void *__libc_dlopen_mode(const char *file, int mode)
{
    (void)file, (void)mode;
    return NULL;
}

void *__libc_dlsym(void *library, const char *name)
{
    (void)library, (void)name;
    return NULL;
}

void *__libc_dlvsym(void *library, const char *name, const char *version)
{
    (void)library, (void)name, (void)version;
    return NULL;
}

int __libc_dlclose(void *library)
{
    (void)library;
    return 0;
}

/* GSSAPI is such a library. */
int __wrap_NetSecurityNative_EnsureGssInitialized(void)
{
    return -1;
}

/* Names and users are looked up in files and by DNS, whatever nsswitch.conf says: without the modules it names, its rules could end a lookup early. */
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int __real_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    __nss_configure_lookup("hosts", "files dns");
    return __real_getaddrinfo(name, service, hints, found);
}

int __wrap_getpwuid_r(uid_t user, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    int __real_getpwuid_r(uid_t, struct passwd *, char *, size_t, struct passwd **);
    __nss_configure_lookup("passwd", "files");
    return __real_getpwuid_r(user, entry, buffer, size, found);
}

/* The machine's openssl.cnf is for the machine's OpenSSL: the providers it activates are such libraries, and a failing one ends every TLS command. */
int __wrap_CONF_modules_load_file_ex(void *context, const char *file, const char *application, unsigned long flags)
{
    (void)context, (void)file, (void)application, (void)flags;
    return 1;
}

/* Older container engines refuse clone3 with EPERM, and glibc tries clone after ENOSYS alone. */
int __wrap___clone3(void *arguments, size_t size, int (*function)(void *), void *argument)
{
    (void)arguments, (void)size, (void)function, (void)argument;
    errno = ENOSYS;
    return -1;
}
#endif
