/* Runs commands in turns, round by round, and tells how long each took and the most memory a process of it held.
 *
 *   measure ROUNDS TIMES <commands
 *
 * A command is a line: NAME <tab> EVERY <tab> WORD... (separated by spaces; there is no quoting). It runs in each round that is a
 * multiple of EVERY. Leading NAME=VALUE words are its environment, beside the one given; a word | is a pipe. What it prints is
 * thrown away. Each run is a line in TIMES: NAME <tab> microseconds <tab> KiB (the kernel's maximum resident set, of the largest
 * process). A command that fails ends everything.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS = 200, WORDS = 64, STAGES = 4 };

struct command {
    char *name;
    int every;
    int stages;
    char *environment[STAGES][WORDS];
    char *words[STAGES][WORDS];
};

static struct command commands[COMMANDS];
static int nothing;

static void fail(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_command(struct command *command, char *line)
{
    char *at = line;
    line[strcspn(line, "\n")] = 0;
    command->name = strdup(strsep(&at, "\t"));
    command->every = at ? atoi(strsep(&at, "\t")) : 0;
    if (!at || command->every < 1) { fprintf(stderr, "measure: not a command: %s\n", line); exit(2); }
    int words = 0, variables = 0;
    command->stages = 1;
    for (char *word = strtok(strdup(at), " "); word; word = strtok(NULL, " ")) {
        int stage = command->stages - 1;
        if (!strcmp(word, "|")) { command->stages++; words = variables = 0; }
        else if (!words && strchr(word, '=')) command->environment[stage][variables++] = word;
        else command->words[stage][words++] = word;
    }
}

static pid_t start(char **environment, char **words, int input, int output)
{
    pid_t child = vfork();
    if (child < 0) fail("vfork");
    if (child) return child;
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0) _exit(126);
    char *all[256];
    int count = 0;
    for (char **one = environment; *one; one++) all[count++] = *one;
    for (char **one = environ; *one && count < 255; one++) all[count++] = *one;
    all[count] = NULL;
    execvpe(words[0], words, all);
    _exit(127);
}

static void run(struct command *command, FILE *times)
{
    struct timespec begin, end;
    int input = nothing, failed = 0;
    long most = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int stage = 0; stage < command->stages; stage++) {
        int ends[2] = { -1, nothing };
        int last = stage == command->stages - 1;
        if (!last && pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
        start(command->environment[stage], command->words[stage], input, ends[1]);
        if (input != nothing) close(input);
        if (!last) { close(ends[1]); input = ends[0]; }
    }
    for (int stage = 0; stage < command->stages; stage++) {
        struct rusage usage;
        int status;
        while (wait4(-1, &status, 0, &usage) < 0) if (errno != EINTR) fail("wait4");
        if (status) failed = status;
        if (usage.ru_maxrss > most) most = usage.ru_maxrss;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (failed) { fprintf(stderr, "measure: %s failed: %d\n", command->name, failed); exit(1); }
    long took = (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000;
    fprintf(times, "%s\t%ld\t%ld\n", command->name, took, most);
}

int main(int count, char **arguments)
{
    if (count != 3) { fprintf(stderr, "usage: measure ROUNDS TIMES <commands\n"); return 2; }
    FILE *times = fopen(arguments[2], "we");
    if (!times) fail(arguments[2]);
    nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    int known = 0;
    char *line = NULL;
    size_t size = 0;
    while (known < COMMANDS && getline(&line, &size, stdin) > 0) read_command(&commands[known++], line);
    int rounds = atoi(arguments[1]);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < known; i++)
            if (round % commands[i].every == 0) run(&commands[i], times);
    return fclose(times) == 0 ? 0 : 1;
}
