using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>
/// A network and a process tree of its own, held by one process, as a pod's are by its pause container. Nothing of it has a name on the machine: it goes with that process, which ends with this
/// one, however that ends, and takes all that runs in it along.
/// </summary>
internal sealed class Sandbox : IMachine, IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly Process _holder;
    private bool _isDisposed;

    private Sandbox(Process holder, string address) => (_holder, Address) = (holder, address);

    /// <inheritdoc />
    public string Address { get; }

    /// <summary>The process that its namespaces are found by.</summary>
    public int Id { get; private set; }

    /// <summary>Makes one without a wire; the test skips where that cannot be.</summary>
    /// <param name="address">The address that it will have.</param>
    public static async Task<Sandbox> CreateAsync(string address)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pods are made of Linux's namespaces.");
        _ = Command.Find("nsenter", "util-linux");
        _ = Command.Find("ip", "iproute2");

        // The holder reads until its input ends.
        var start = new ProcessStartInfo(Command.Find("unshare", "util-linux"), ["--net", "--pid", "--mount", "--fork", "--kill-child", "cat"]) { RedirectStandardInput = true, RedirectStandardError = true };
        var sandbox = new Sandbox(Process.Start(start) ?? throw new InvalidOperationException("unshare did not start."), address);
        var waited = Stopwatch.StartNew();
        while ((sandbox.Id = ProcessTree.ChildOf(sandbox._holder.Id)) == 0 || ProcessTree.NameOf(sandbox.Id) != "cat")
        {
            if (sandbox._holder.HasExited || waited.Elapsed > Deadline)
            {
                var why = sandbox._holder.HasExited ? await sandbox._holder.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "nothing within 20 s";
                await sandbox.DisposeAsync();
                Assert.Skip($"Namespaces cannot be made here ({why.Trim()}): that takes root, or CAP_SYS_ADMIN and CAP_NET_ADMIN.");
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        return sandbox;
    }

    /// <summary>Runs a command in its network; the test skips where the kernel refuses it.</summary>
    public async Task NetworkAsync(string command)
    {
        var (code, why) = await Command.RunAsync("nsenter", NoVariables, "--target", Text(Id), "--net", "sh", "-ec", command);
        Assert.SkipWhen(code != 0, $"{command}: {why.Trim()}; that takes root, or CAP_NET_ADMIN, and a kernel with veth and bridge.");
    }

    /// <inheritdoc />
    public ProcessStartInfo Start(string file, params string[] arguments) => new("nsenter", ["--target", Text(Id), "--net", "--pid", file, .. arguments]);

    /// <inheritdoc />
    public Socket NewSocket() => NamespaceSockets.New($"/proc/{Text(Id)}/ns/net");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _holder.StandardInput.Close();
        try
        {
            await _holder.WaitForExitAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            _holder.Kill(entireProcessTree: true);
        }

        _holder.Dispose();
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}
