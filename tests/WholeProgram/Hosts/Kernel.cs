using System.Diagnostics;

namespace WholeProgram.Hosts;

/// <summary>What a kernel, a container engine or a processor refuses.</summary>
public sealed class Kernel : Situation
{
    /// <summary>Calls that an older container engine does not know, or a stricter one forbids.</summary>
    [Theory]
    [InlineData("clone3")]
    [InlineData("faccessat2")]
    [InlineData("close_range")]
    [InlineData("openat2")]
    [InlineData("rseq")]
    [InlineData("membarrier")]
    [InlineData("getrandom")]
    [InlineData("get_mempolicy")]
    [InlineData("sched_getaffinity")]
    [InlineData("sysinfo")]
    [InlineData("madvise")]
    [InlineData("prctl")]
    public async Task Refused_calls_do_no_harm(string call)
    {
        await SignedInAsync();
        foreach (var error in new[] { "EPERM", "ENOSYS" })
        {
            var refuse = await CompiledAsync($"refuse-{call}-{error}", Refuse, $"-DCALL=__NR_{call}", $"-DERROR={error}");
            foreach (var command in new[] { "--version", "auth token", "auth status", "auth token --refresh" })
            {
                var run = await RunUnderAsync([refuse], command);
                Assert.Equal((call, error, command, 0, ""), (call, error, command, run.ExitCode, run.StandardError));
            }
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    public async Task Too_small_a_stack_is_told(int kibibytes) =>
        (await Datagen.RunInShellAsync($"ulimit -s {kibibytes} && exec \"$@\"", "auth", "status")).IsError(1, "stack", "ulimit -s");

    [Fact]
    public async Task A_stack_of_128_KiB_will_do()
    {
        await SignedInAsync();

        var run = await Datagen.RunInShellAsync("ulimit -s 128 && exec \"$@\"", "auth", "status");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
    }

    [Theory]
    [InlineData("qemu64,-cx16", false)]
    [InlineData("qemu64", true)] // SSE3 is the newest that it has.
    public async Task A_processor_without_what_is_needed_is_told(string processor, bool hasAll)
    {
        const string Emulator = "/usr/bin/qemu-x86_64-static";
        Assert.SkipUnless(System.IO.File.Exists(Emulator) || Environment.GetEnvironmentVariable("CI") == "true", "qemu-user-static is not installed");
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "about x86-64");

        var run = await RunUnderAsync([Emulator, "-cpu", processor], "auth token");

        run.IsError(hasAll ? 4 : 1, hasAll ? "not signed in" : "cmpxchg16b");
    }

    private async Task<Run> RunUnderAsync(string[] wrapper, string command)
    {
        using var started = new Started(Datagen.Prepare(wrapper[0], [.. wrapper[1..], Datagen.Program, .. command.Split(' ')]), input: "");
        return await started.ExitAsync(Stop);
    }

    private async Task<string> CompiledAsync(string name, string source, params string[] options)
    {
        await System.IO.File.WriteAllTextAsync(Home[$"{name}.c"], source, Stop);
        using var compiler = new Started(new ProcessStartInfo("clang", [.. options, "-o", Home[name], Home[$"{name}.c"]]), input: "");
        var run = await compiler.ExitAsync(Stop);
        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        return Home[name];
    }

    private const string Refuse = """
        #include <errno.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        #include <stddef.h>
        #include <sys/prctl.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        int main(int count, char **arguments)
        {
            struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ERROR),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            };
            struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
            if (count < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 125;
            execv(arguments[1], arguments + 1);
            return 126;
        }
        """;
}
