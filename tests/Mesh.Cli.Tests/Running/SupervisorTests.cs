using Mesh.Cli.Processes;
using Mesh.Cli.Running;
using Mesh.Cli.Terminal;
using Mesh.Cli.Tests.Processes;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Running;

public sealed class SupervisorTests : IDisposable
{
    private static readonly RestartPolicy AtOnce = new() { FirstDelay = TimeSpan.Zero, MaxBeforeReady = 1 };

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly ProcessGuard _guard = ProcessGuard.Start();
    private readonly StateFolder _state;
    private readonly Launcher _launcher;

    public SupervisorTests()
    {
        _state = StateFolder.Open(Path.Combine(_folder.Path, "state"));
        _launcher = new Launcher(_guard, new LogPrinter(TextWriter.Synchronized(_output), colours: false), _state, TimeProvider.System);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_DiesAtStart_IsTriedAgainThenReported()
    {
        Shell.Needed();
        using var supervisor = new Supervisor("orders-0", AtOnce, _launcher) { Describe = () => Shell.Script("echo no database; exit 3"), UntilReady = Never };

        supervisor.Start();

        Assert.Equal(ProcessEnd.Failed, await supervisor.Ended.WaitAsync(Shell.Soon, Cancellation));
        Assert.Equal(1, supervisor.Restarts);
        Assert.Contains("with exit code 3; it is not started again after 1 attempts. It said last:\n    no database", supervisor.Failure, StringComparison.Ordinal);
        Assert.Contains("with exit code 3; starting it again.", _output.ToString(), StringComparison.Ordinal);
        Assert.False(supervisor.Ready.IsCompleted);
    }

    [Fact]
    public async Task Run_DeclinesBeforeItIsReady_IsNoFailure()
    {
        Shell.Needed();
        using var supervisor = new Supervisor("postgres-0", AtOnce, _launcher)
        {
            Describe = () => Shell.Script("echo no server programs here; exit 69"),
            Declines = code => code == 69,
            UntilReady = Never,
        };

        supervisor.Start();

        Assert.Equal(ProcessEnd.Declined, await supervisor.Ended.WaitAsync(Shell.Soon, Cancellation));
        Assert.Contains("no server programs here", supervisor.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MissingProgram_Fails()
    {
        using var supervisor = new Supervisor("a-0", AtOnce, _launcher) { Describe = () => throw new CliException(ExitCode.Failed, "a-0 cannot be started") };

        supervisor.Start();

        Assert.Equal(ProcessEnd.Failed, await supervisor.Ended.WaitAsync(Shell.Soon, Cancellation));
        Assert.Equal("a-0 cannot be started", supervisor.Failure);
    }

    [Fact]
    public async Task Stop_Running_EndsItAndIsNoFailure()
    {
        Shell.Needed();
        using var supervisor = new Supervisor("a-0", AtOnce, _launcher) { Describe = () => Shell.Script("exec sleep 600") };
        supervisor.Start();
        await supervisor.Ready.WaitAsync(Shell.Soon, Cancellation);
        var process = supervisor.ProcessId!.Value;

        await supervisor.StopAsync(Shell.Soon).WaitAsync(Shell.Soon, Cancellation);

        Assert.Equal(ProcessEnd.Stopped, await supervisor.Ended);
        await Eventually.IsAsync(() => !Shell.IsAlive(process));
        Assert.Null(supervisor.ProcessId);
    }

    [Fact]
    public async Task Restart_Running_StartsWhatIsDescribedNow()
    {
        Shell.Needed();
        var word = "one";
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var supervisor = new Supervisor("a-0", AtOnce, _launcher)
        {
            Describe = () => Shell.Script($"echo {word}; exec sleep 600"),
            Show = line =>
            {
                if (line == "two")
                {
                    second.TrySetResult();
                }

                return true;
            },
        };
        supervisor.Start();
        await supervisor.Ready.WaitAsync(Shell.Soon, Cancellation);

        word = "two";
        await supervisor.RestartAsync(Shell.Soon).WaitAsync(Shell.Soon, Cancellation);

        await second.Task.WaitAsync(Shell.Soon, Cancellation);
        Assert.Equal(0, supervisor.Restarts);
        await supervisor.StopAsync(Shell.Soon).WaitAsync(Shell.Soon, Cancellation);
    }

    [Fact]
    public async Task Stop_NeverStarted_Completes()
    {
        using var supervisor = new Supervisor("a-0", AtOnce, _launcher) { Describe = () => throw new InvalidOperationException("nobody starts it") };

        await supervisor.StopAsync(Shell.Soon).WaitAsync(Shell.Soon, Cancellation);

        Assert.Equal(ProcessEnd.Stopped, await supervisor.Ended);
    }

    public void Dispose()
    {
        _guard.Dispose();
        _state.Dispose();
        _output.Dispose();
        _folder.Dispose();
    }

    private static Task Never(ChildProcess child, CancellationToken gone) => Task.Delay(Timeout.InfiniteTimeSpan, gone);
}
