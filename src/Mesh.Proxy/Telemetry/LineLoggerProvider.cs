namespace Mesh.Proxy.Telemetry;

/// <summary>Logs single lines, as text or JSON. Microsoft's console provider brings options binding and its own formatting classes, megabytes of RSS here.</summary>
internal sealed class LineLoggerProvider(LogWriter writer, LogLevelSwitch level, bool json, TimeProvider time) : ILoggerProvider
{
    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc />
    public void Dispose()
    {
        // The writer is disposed of by whoever made it, after the last line.
    }

    private void Write<TState>(LogLevel at, string category, EventId id, TState state, string message, Exception? exception) => writer.Write(json
        ? LogLine.Json(time.GetUtcNow(), at, category, id, state, message, exception)
        : LogLine.Text(time.GetUtcNow(), at, category, id, message, exception));

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        // Kestrel, the host and gRPC speak at Information of things that no operator of a mesh asks about.
        private readonly LogLevel _floor = category.StartsWith("Mesh.", StringComparison.Ordinal) ? LogLevel.Trace : LogLevel.Warning;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => provider.IsEnabled(logLevel, _floor);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(logLevel, category, eventId, state, formatter(state, exception), exception);
            }
        }
    }

    // Once the operator asks for Debug, the frameworks may speak too.
    private bool IsEnabled(LogLevel at, LogLevel floor) => level.IsEnabled(at) && (at >= floor || level.Level <= LogLevel.Debug);
}
