using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Mesh.Cli.Commands;
using Mesh.Cli.Terminal;
using Mesh.Cli.Tests.Processes;
using Mesh.Laptop.Api;
using Mesh.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Cli.Tests.Commands;

public sealed class RecordSessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lines _said = new();

    public void Dispose()
    {
        _folder.Dispose();
        _said.Dispose();
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "the recording has ended: somebody else ended it, or the control plane started anew. sh goes on.")]
    [InlineData(HttpStatusCode.Forbidden, "the recording cannot be held any longer: this token may not do that: not any more. sh goes on.")]
    [InlineData(HttpStatusCode.InternalServerError, "the control plane failed")]
    public async Task Run_ARecordingThatEndsBeforeTheCommand_LetsItFinishAndKeepsItsCode(HttpStatusCode answer, string said)
    {
        Shell.Needed();
        var (time, gone) = (new FakeTimeProvider(), Path.Combine(_folder.Path, "gone"));
        using var client = new ControlPlaneClient(new Uri("http://127.0.0.1:1"), "t", new Forgetting(answer));
        var session = new RecordSession(client, new Screen(TextWriter.Null, _said, TextReader.Null, false, false), time)
        {
            Command = ["sh", "-c", $"while [ ! -e '{gone}' ]; do sleep 0.05; done; exit 3"],
            Directory = _folder.Path,
        };

        var running = session.RunAsync(TestContext.Current.CancellationToken);
        await Eventually.IsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return running.IsCompleted || Said().Contains(said, StringComparison.Ordinal);
            },
            "it is known");
        await File.WriteAllTextAsync(gone, "", TestContext.Current.CancellationToken);

        Assert.Equal(3, await running.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken));
        Assert.Contains(said, Said(), StringComparison.Ordinal);
        Assert.Contains("nothing is printed of the recording: ", Said(), StringComparison.Ordinal);
    }

    private string Said() => string.Join('\n', _said.All);

    /// <summary>Written by one thread, read by another.</summary>
    private sealed class Lines : TextWriter
    {
        public ConcurrentQueue<string> All { get; } = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => All.Enqueue(value ?? "");
    }

    /// <summary>Begins a recording, shows it once, and knows nothing of it from then on.</summary>
    private sealed class Forgetting(HttpStatusCode then) : HttpMessageHandler
    {
        private int _asked;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (status, body) = Interlocked.Increment(ref _asked) switch
            {
                1 => (HttpStatusCode.Created, """{ "id": "00000001" }"""),
                2 => (HttpStatusCode.OK, """{ "sidecars": [] }"""),
                _ => (then, """{ "title": "No", "detail": "not any more." }"""),
            };
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        }
    }
}
