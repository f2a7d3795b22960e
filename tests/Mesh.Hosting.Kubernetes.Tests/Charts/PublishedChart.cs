using Aspire.Hosting;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Kubernetes.Tests.Charts;

/// <summary>The chart that an AppHost publishes, made by the real publisher in this process.</summary>
internal sealed class PublishedChart : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The chart's folder.</summary>
    public string Path => _folder.Path;

    /// <summary>What was logged as a warning or worse.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Publishes.</summary>
    public static async Task<PublishedChart> CreateAsync(Action<IDistributedApplicationBuilder> compose)
    {
        var chart = new PublishedChart();
        try
        {
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
            {
                Args = ["--operation", "publish", "--step", "publish", "--output-path", chart.Path, "--clear-cache", "true"],
                AssemblyName = typeof(PublishedChart).Assembly.GetName().Name,
                DisableDashboard = true,
            });
            builder.Services.AddLogging(l => l.AddProvider(new WarningLog(chart.Warnings)));
            compose(builder);
            await using var app = builder.Build();
            await app.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            return chart;
        }
        catch
        {
            chart.Dispose();
            throw;
        }
    }

    /// <summary>The text of a file.</summary>
    public string Text(params string[] path) => File.ReadAllText(System.IO.Path.Combine([Path, .. path])).ReplaceLineEndings("\n");

    /// <summary>The files, relative, with slashes, in order.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(f => System.IO.Path.GetRelativePath(Path, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    private sealed class WarningLog(List<string> warnings) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (warnings)
                {
                    warnings.Add(exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}");
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
