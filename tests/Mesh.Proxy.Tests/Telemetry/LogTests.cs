using System.Text;
using System.Text.Json;
using Mesh.Proxy.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Telemetry;

public sealed class LogTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Text_ValueWithANewLine_StaysOneLine()
    {
        var text = await LogAsync(json: false, LogLevel.Information, logger => logger.Log(LogLevel.Warning, new EventId(7, "Odd"), "evil\n2026 forged", null, (s, _) => $"saw {s}"));

        Assert.Equal("2026-03-01T12:00:00.000Z WARN Tests[7] saw evil 2026 forged\n", text);
    }

    [Fact]
    public async Task Json_Event_IsOneObjectWithItsValues()
    {
        KeyValuePair<string, object?>[] state = [new("Name", "a\"b"), new("{OriginalFormat}", "x {Name}")];
        var text = await LogAsync(json: true, LogLevel.Information, logger => logger.Log(LogLevel.Error, new EventId(7, "Odd"), state, new IOException("gone"), (_, _) => "x a\"b"));

        Assert.Equal(1, text.Count(c => c == '\n'));
        using var document = JsonDocument.Parse(text);
        Assert.Equal("a\"b", document.RootElement.GetProperty("values").GetProperty("Name").GetString());
        Assert.Equal("Odd", document.RootElement.GetProperty("event").GetString());
        Assert.Contains("gone", document.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Level_TurnedWhileRunning_TakesEffect()
    {
        using var output = new MemoryStream();
        var level = new LogLevelSwitch(LogLevel.Warning);
        await using (var writer = new LogWriter(output))
        {
            var logger = new LineLoggerProvider(writer, level, json: false, Time).CreateLogger("Mesh.Tests");
            Write(logger, "first");
            level.Level = LogLevel.Debug;
            Write(logger, "second");
        }

        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.DoesNotContain("first", text, StringComparison.Ordinal);
        Assert.Contains("second", text, StringComparison.Ordinal);

        static void Write(ILogger logger, string message) => logger.Log(LogLevel.Debug, 0, message, null, (s, _) => s);
    }

    [Fact]
    public async Task Writer_ReaderIsGone_DoesNotThrow()
    {
        await using var writer = new LogWriter(new BrokenPipe());

        writer.Write("line\n");

        await writer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static async Task<string> LogAsync(bool json, LogLevel level, Action<ILogger> log)
    {
        using var output = new MemoryStream();
        await using (var writer = new LogWriter(output))
        {
            log(new LineLoggerProvider(writer, new LogLevelSwitch(level), json, Time).CreateLogger("Mesh.Proxy.Tests"));
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private sealed class BrokenPipe : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("Broken pipe");
    }
}
