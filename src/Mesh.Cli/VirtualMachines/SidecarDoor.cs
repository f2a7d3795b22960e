using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Mesh.Cli.Running;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;

namespace Mesh.Cli.VirtualMachines;

/// <summary>Speaks to the sidecar: whether it can carry calls, and that it shall drain.</summary>
internal sealed class SidecarDoor(SidecarBootstrap bootstrap, TimeProvider clock) : IDisposable
{
    private const string Refused = "the control plane refused to sign";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // A sidecar that does not answer at all must not hold up the app's end.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly HealthProbe _probe = new(clock);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri($"http://{bootstrap.Admin!.Address}"),
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", bootstrap.Admin.Token) },
    };

    /// <summary>Why it cannot carry calls yet.</summary>
    public string Waiting { get; private set; } = "it has not answered yet";

    /// <summary>Waits until it has an identity and a configuration and listens for the app's calls.</summary>
    /// <exception cref="CliException">It never will: the control plane refuses it.</exception>
    public async Task UntilReadyAsync(CancellationToken cancellation)
    {
        while (!await IsReadyAsync(cancellation))
        {
            if (Waiting.Contains(Refused, StringComparison.Ordinal))
            {
                throw new CliException(ExitCode.NoPermission, $"the sidecar gets no certificate, so nothing was started:\n{Waiting}\nIssue a new file with 'mesh token {bootstrap.Service} --out FILE …'.");
            }

            await Task.Delay(Pause, clock, cancellation);
        }

        foreach (var (name, address) in bootstrap.Listeners.Where(l => l.Key.StartsWith(ResourceNames.OutboundPrefix, StringComparison.Ordinal) && l.Value.StartsWith("127.", StringComparison.Ordinal)))
        {
            await _probe.UntilAcceptsAsync(address, why => Waiting = $"{name} at {why}", cancellation);
        }
    }

    /// <summary>Asks it to take nothing new and to say when what runs has ended.</summary>
    /// <returns>What it said, or why it said nothing.</returns>
    public async Task<string> DrainAsync(CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(bootstrap.DrainSeconds) + AnswerWithin, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            using var answer = await _http.PostAsync(string.Create(CultureInfo.InvariantCulture, $"/drain?wait={bootstrap.DrainSeconds}"), null, limit.Token);
            return (await answer.Content.ReadAsStringAsync(limit.Token)).Trim();
        }
        catch (OperationCanceledException)
        {
            return silence.IsCancellationRequested ? "the sidecar did not say that it was drained" : "not drained";
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return $"not drained: {e.Message}";
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _probe.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync("/ready", cancellation);
            Waiting = (await answer.Content.ReadAsStringAsync(cancellation)).Trim();
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
