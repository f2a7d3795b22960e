using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.Testing;
using k8s.Models;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>A container of a pod and how the kubelet starts, probes and ends it, as the chart says.</summary>
internal sealed partial class Container
{
    private readonly ContainerProcess _process;
    private readonly Image _image;
    private readonly IReadOnlyDictionary<string, string> _variables;

    private Container(V1Container spec, ContainerProcess process, Image image, IReadOnlyDictionary<string, string> variables) => (Spec, _process, _image, _variables) = (spec, process, image, variables);

    public V1Container Spec { get; }

    /// <summary>What it wrote.</summary>
    public string Said => $"{Spec.Name}:\n{_process.Said}";

    /// <summary>From the start of its process until its startup or readiness probe passed.</summary>
    public TimeSpan StartToReady { get; private set; }

    public static async Task<Container> StartAsync(V1Container spec, V1PodTemplateSpec pod, Sandbox sandbox, PodVolumes volumes, string root, string hosts, IReadOnlyDictionary<string, string> variables)
    {
        var image = Image.Of(spec.Image);
        var user = (User: spec.SecurityContext?.RunAsUser ?? image.User, Group: spec.SecurityContext?.RunAsGroup ?? spec.SecurityContext?.RunAsUser ?? image.User);
        var script = new ContainerRoot(root).Script(image, volumes.MountsOf(spec, pod), hosts, spec.SecurityContext?.ReadOnlyRootFilesystem == true, user);
        var command = (spec.Command is { Count: > 0 } own ? own : [image.Entrypoint]).Concat(spec.Args ?? []).Select(word => Expanded(word, variables));
        var process = await ContainerProcess.StartAsync(sandbox, script, image.Command(command), variables, user);
        return new Container(spec, process, image, variables);
    }

    /// <summary>Asks the probe until it passes, as often as a test can wait for.</summary>
    public async Task PassAsync(V1Probe probe, Sandbox pod, HttpClient fromNode)
    {
        var waited = Stopwatch.StartNew();
        var passes = await Eventually.GetAsync(() => AnswersAsync(probe, pod, fromNode), yes => yes || _process.HasExited, TimeSpan.FromSeconds(60), _ => Said);
        Assert.True(passes, $"{Spec.Name} does not pass its probe {probe.HttpGet.Path}:\n{Said}");
        StartToReady += waited.Elapsed;
    }

    /// <summary>What is done before its process is told to end.</summary>
    public async Task PrepareEndAsync()
    {
        var preStop = Spec.Lifecycle?.PreStop;
        if (preStop?.Sleep is { } sleep)
        {
            await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), TestContext.Current.CancellationToken);
        }
        else if (preStop?.Exec is { } exec)
        {
            var (code, said) = await _process.RunAsync(_image.Command(exec.Command.Select(word => Expanded(word, _variables))));
            Assert.True(code == 0, $"{string.Join(' ', exec.Command)} ended with {code}:\n{said}\n{Said}");
        }
    }

    /// <summary>Tells its process to end, and waits for that.</summary>
    public async Task EndAsync()
    {
        await _process.SignalAsync("TERM");
        Assert.True(await _process.EndAsync() == 0, Said);
    }

    // As the kubelet does it: an answer that takes longer than the probe says, a second by default, is none.
    private static async Task<bool> AnswersAsync(V1Probe probe, Sandbox pod, HttpClient fromNode)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1));
        try
        {
            var get = probe.HttpGet;
            using var answer = await fromNode.GetAsync(new Uri($"{(get.Scheme ?? "HTTP").ToLowerInvariant()}://{pod.Address}:{get.Port}{get.Path}"), patience.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string Expanded(string word, IReadOnlyDictionary<string, string> variables) => Reference().Replace(word, m => variables.GetValueOrDefault(m.Groups[1].Value, m.Value));

    [GeneratedRegex(@"\$\(([A-Za-z_0-9]+)\)")]
    private static partial Regex Reference();
}
