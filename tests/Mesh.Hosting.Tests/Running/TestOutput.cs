using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Running;

/// <summary>Keeps what the AppHost and its resources log, for the message of a test that fails.</summary>
internal sealed class TestOutput : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Category(categoryName, _lines);

    public override string ToString() => string.Join('\n', _lines.TakeLast(200));

    public void Dispose() => _lines.Clear();

    private sealed class Category(string name, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && (name.Contains("Mesh", StringComparison.Ordinal) || name.StartsWith("Aspire", StringComparison.Ordinal));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {name}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetBaseException().Message})")}");
    }
}
