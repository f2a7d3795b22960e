
namespace Mesh.Proxy.Tests.Pair;

/// <summary>Writes what a proxy logs beside the test that made it.</summary>
internal sealed class TestLog(string proxy) : ILoggerProvider, ILogger
{
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            _output?.WriteLine($"{TimeProvider.System.GetUtcNow():ss.fff} {proxy} {logLevel}: {formatter(state, exception)} {exception}");
        }
        catch (InvalidOperationException)
        {
            // The test has ended.
        }
    }

    public void Dispose()
    {
    }
}
