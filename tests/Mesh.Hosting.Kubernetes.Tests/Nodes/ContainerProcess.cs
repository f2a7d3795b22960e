using System.Diagnostics;
using System.Globalization;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.EndToEnd.Tests.Running;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>The process of a container: process 1 of its own tree, in the network of its pod.</summary>
internal sealed class ContainerProcess
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly MachineProcess _entering;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly (long User, long Group) _user;
    private int _id;

    private ContainerProcess(MachineProcess entering, IReadOnlyDictionary<string, string> variables, (long User, long Group) user) => (_entering, _variables, _user) = (entering, variables, user);

    /// <summary>Output and error stream.</summary>
    public string Said => _entering.Said;

    public bool HasExited => _entering.HasExited;

    /// <summary>Starts it.</summary>
    /// <param name="pod">Its pod's sandbox.</param>
    /// <param name="script">What makes its root and then becomes it.</param>
    /// <param name="command">The command line.</param>
    /// <param name="variables">Its environment, all of it.</param>
    /// <param name="user">As whom it runs.</param>
    public static async Task<ContainerProcess> StartAsync(Sandbox pod, string script, IEnumerable<string> command, IReadOnlyDictionary<string, string> variables, (long User, long Group) user)
    {
        var start = pod.Start("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "container", .. command]);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var process = new ContainerProcess(MachineProcess.Start(start), variables, user);

        // nsenter waits for unshare, which waits for the process.
        process._id = await Eventually.GetAsync(
            () => Task.FromResult(ProcessTree.ChildOf(ProcessTree.ChildOf(process._entering.Id))), id => id > 0 || process.HasExited, Soon, _ => process.Said);
        return process;
    }

    public async Task SignalAsync(string signal) =>
        await Command.RunAsync("kill", new Dictionary<string, string>(), $"-{signal}", _id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> EndAsync() => _entering.EndAsync();

    /// <summary>Runs a command in the container, as the kubelet runs those of a lifecycle.</summary>
    /// <returns>The exit code and what it said.</returns>
    public async Task<(int Code, string Said)> RunAsync(IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("nsenter", ["--target", _id.ToString(CultureInfo.InvariantCulture), "--mount", "--net", "--pid", "--root", "--wd", "--setgid", $"{_user.Group}", "--setuid", $"{_user.User}", .. command]);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        var running = MachineProcess.Start(start);
        return (await running.EndAsync(), running.Said);
    }
}
