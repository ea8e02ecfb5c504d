/* at_call LOG N kill|ERRNO CALLS PROGRAM ARGUMENT...
 * Runs the program and, at the Nth system call that is one of CALLS (names with commas between them, or "all"), counted over
 * all its threads, kills it before the call is made, or lets the call fail with ERRNO. Then the name of the call is in LOG.
 * strace can do as much, but counts each thread's calls by themselves. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <linux/ptrace.h>
#include <unistd.h>

static const struct { const char *name; long number; } known[] = {
    {"openat", SYS_openat}, {"flock", SYS_flock}, {"fchmod", SYS_fchmod}, {"connect", SYS_connect}, {"sendto", SYS_sendto},
    {"recvfrom", SYS_recvfrom}, {"pwrite64", SYS_pwrite64}, {"ftruncate", SYS_ftruncate}, {"fsync", SYS_fsync},
#ifdef SYS_open
    {"open", SYS_open},
#endif
#ifdef SYS_rename
    {"rename", SYS_rename}, {"unlink", SYS_unlink},
#endif
    {"renameat", SYS_renameat}, {"unlinkat", SYS_unlinkat},
};

static const char *wanted(const char *calls, long number)
{
    static char unnamed[32];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].number != number) continue;
        size_t length = strlen(known[i].name);
        for (const char *at = calls; (at = strstr(at, known[i].name)); at += length)
            if ((at == calls || at[-1] == ',') && (!at[length] || at[length] == ',')) return known[i].name;
        if (strcmp(calls, "all") == 0) return known[i].name;
    }
    if (strcmp(calls, "all") != 0) return NULL;
    snprintf(unnamed, sizeof unnamed, "%ld", number);
    return unnamed;
}

#ifdef __x86_64__
static void set(pid_t thread, long call, long result)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) != 0) exit(125);
    if (call) registers.orig_rax = call;
    else registers.rax = result;
    if (ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all) != 0) exit(125);
}
#else
static void set(pid_t thread, long call, long result) { (void)thread; (void)call; (void)result; exit(125); }
#endif

int main(int count, char **arguments)
{
    if (count < 6) return 125;
    long at = atol(arguments[2]), seen = 0;
    int error = strcmp(arguments[3], "kill") == 0 ? 0 : atoi(arguments[3]);
    const char *calls = arguments[4];
    pid_t failing = 0, child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(125);
        raise(SIGSTOP);
        execv(arguments[5], arguments + 5);
        _exit(125);
    }

    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return 125;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL) != 0) return 125;
    ptrace(PTRACE_SYSCALL, child, 0, 0);

    for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
        if (thread == child && WIFEXITED(status)) return WEXITSTATUS(status);
        if (thread == child && WIFSIGNALED(status)) return 128 + WTERMSIG(status);
        if (!WIFSTOPPED(status)) continue;
        int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80)) {
            struct ptrace_syscall_info info;
            const char *name;
            signal = 0;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) continue;
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY && (name = wanted(calls, (long)info.entry.nr)) && ++seen == at) {
                FILE *log = fopen(arguments[1], "w");
                if (!log || fprintf(log, "%s\n", name) < 0 || fclose(log) != 0) return 125;
                if (!error) {
                    kill(child, SIGKILL);
                    continue;
                }
                set(thread, -1, 0);
                failing = thread;
            } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread == failing) {
                set(thread, 0, -error);
                failing = 0;
            }
        } else if (status >> 16 || signal == SIGTRAP || signal == SIGSTOP) {
            signal = 0; /* a new thread, or exec */
        }
        ptrace(PTRACE_SYSCALL, thread, 0, signal);
    }
    return 125;
}
