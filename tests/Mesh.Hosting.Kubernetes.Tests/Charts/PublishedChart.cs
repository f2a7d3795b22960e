using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Kubernetes.Tests.Charts;

/// <summary>The chart that an AppHost publishes, made by the real publisher in this process.</summary>
internal sealed class PublishedChart : IDisposable
{
    private readonly TemporaryFolder? _folder;

    private PublishedChart(string? path = null)
    {
        _folder = path is null ? new TemporaryFolder() : null;
        Path = path ?? _folder!.Path;
    }

    /// <summary>The chart's folder.</summary>
    public string Path { get; }

    /// <summary>What was logged as a warning or worse.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Publishes.</summary>
    /// <param name="compose">The app.</param>
    /// <param name="path">An existing folder. <see langword="null"/>: one that goes away with the chart.</param>
    /// <param name="step">The step of the pipeline that is run, with those that it depends on.</param>
    public static async Task<PublishedChart> CreateAsync(Action<IDistributedApplicationBuilder> compose, string? path = null, string step = "publish")
    {
        var chart = new PublishedChart(path);
        try
        {
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
            {
                Args = Arguments(chart.Path, step),
                AssemblyName = typeof(PublishedChart).Assembly.GetName().Name,
                DisableDashboard = true,
            });
            builder.Services.AddLogging(l => l.AddProvider(new WarningLog(chart.Warnings)));
            compose(builder);
            await using var app = builder.Build();
            await app.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(180), TestContext.Current.CancellationToken);
            return chart.Succeeded();
        }
        catch
        {
            chart.Dispose();
            throw;
        }
    }

    /// <summary>Publishes an AppHost of the playground.</summary>
    /// <param name="assembly">Its assembly.</param>
    /// <param name="arguments">What else it is called with.</param>
    public static async Task<PublishedChart> OfAppHostAsync(string assembly, params IEnumerable<string> arguments)
    {
        var chart = new PublishedChart();
        try
        {
            var entryPoint = Assembly.Load(assembly).EntryPoint!.DeclaringType!;
            await using var builder = await DistributedApplicationTestingBuilder.CreateAsync(entryPoint, [.. Arguments(chart.Path, "publish"), .. arguments], (options, _) => options.DisableDashboard = true, TestContext.Current.CancellationToken);
            builder.Services.AddLogging(l => l.AddProvider(new WarningLog(chart.Warnings)));
            await using var app = builder.Build();
            await app.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(180), TestContext.Current.CancellationToken);
            return chart.Succeeded();
        }
        catch
        {
            chart.Dispose();
            throw;
        }
    }

    // A pipeline that fails is only logged, and said to whoever started the process.
    private PublishedChart Succeeded()
    {
        Environment.ExitCode = 0;
        return Warnings.Find(w => w.Contains("Pipeline execution failed", StringComparison.Ordinal)) is { } failure ? throw new DistributedApplicationException(failure) : this;
    }

    /// <summary>The chart of one environment, where there are several; its owner keeps the files.</summary>
    public PublishedChart Of(string environment) => new(System.IO.Path.Combine(Path, environment));

    /// <summary>The text of a file.</summary>
    public string Text(params string[] path) => File.ReadAllText(System.IO.Path.Combine([Path, .. path])).ReplaceLineEndings("\n");

    /// <summary>The files, relative, with slashes, in order.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(f => System.IO.Path.GetRelativePath(Path, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder?.Dispose();

    // What aspire publish calls an AppHost with, and that nothing is kept in the user's directory.
    private static string[] Arguments(string output, string step) => ["--operation", "publish", "--step", step, "--output-path", output, "--clear-cache", "true"];

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
