using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.EndToEnd.Tests.Clients;

/// <summary>A gRPC client or server of another language: a line of JSON in, a line of JSON out.</summary>
internal sealed class ClientProgram : IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    private ClientProgram(Process process) => _process = process;

    /// <summary>Starts one and waits for its first line.</summary>
    public static async Task<ClientProgram> StartAsync(ProcessStartInfo start)
    {
        var program = new ClientProgram(Process.Start(start)!);
        program._process.ErrorDataReceived += (_, line) => program._errors.Enqueue(line.Data ?? "");
        program._process.BeginErrorReadLine();
        try
        {
            var said = await program.ReadAsync();
            Assert.True(said["failed"] is null, $"{said}\n{program.Errors}");
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>What it wrote to standard error.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Calls.</summary>
    public async Task<Answers> CallAsync(int calls, params (string Name, string Value)[] headers)
    {
        var order = new JsonObject { ["calls"] = calls, ["headers"] = new JsonObject(headers.Select(h => KeyValuePair.Create(h.Name, (JsonNode?)h.Value))) };
        await _process.StandardInput.WriteLineAsync(order.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return (await ReadAsync()).Deserialize<Answers>(JsonSerializerOptions.Web)!;
    }

    /// <summary>Calls until something holds of the answers, each time anew.</summary>
    public Task<Answers> UntilAsync(int calls, Func<Answers, bool> isIt, TimeSpan within) =>
        Eventually.GetAsync(() => CallAsync(calls), isIt, within, answers => $"{answers}\n{Errors}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(AnswerWithin);
        }

        _process.Dispose();
    }

    private async Task<JsonNode> ReadAsync()
    {
        try
        {
            var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(AnswerWithin, TestContext.Current.CancellationToken);
            return JsonNode.Parse(line ?? throw new InvalidOperationException($"It ended: {Errors}"))!;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"It said nothing for {AnswerWithin.TotalSeconds} s: {Errors}", e);
        }
    }
}
