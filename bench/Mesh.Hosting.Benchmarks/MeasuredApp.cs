using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Benchmarks;

/// <summary>One AppHost with a chain of services, from its start to its end.</summary>
internal static class MeasuredApp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    /// <summary>Starts it, waits for the first answer through the chain, stops it, and says what it saw in one line of JSON.</summary>
    public static async Task<int> RunAsync(Shape shape, TextWriter output)
    {
        var startedAt = Process.GetCurrentProcess().StartTime.ToUniversalTime();
        // Ports of its own: two of these may run at once, and the last one's may still be closing.
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = ["--DcpPublisher:RandomizePorts=true"], DisableDashboard = true });
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        if (shape.Mesh)
        {
            // Kept from run to run, as on a developer's machine.
            builder.AddMesh(configure: options => options.StateDirectory = Path.Combine(Repository.State, $"{shape.Services}x{shape.Replicas}"));
        }

        IResourceBuilder<IResourceWithEndpoints>? next = null;
        for (var i = shape.Services - 1; i >= 0; i--)
        {
            next = Service(builder, $"service-{i}", shape.Replicas, next);
        }

        await using var app = builder.Build();
        using var limit = new CancellationTokenSource(Limit);
        await app.StartAsync(limit.Token);
        var front = next!.GetEndpoint("http").Url;
        await AnswerAsync(new Uri($"{front}/chain"), shape.Services, limit.Token);
        var answered = DateTime.UtcNow - startedAt;

        var sidecars = app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Where(r => r.Name.Contains("-mesh", StringComparison.Ordinal)).ToList();
        var running = sidecars.Count(s => app.ResourceNotifications.TryGetCurrentState(s.Name, out var state) && state.Snapshot.State?.Text == KnownResourceStates.Running);
        var memory = Memory();

        var stopping = Stopwatch.GetTimestamp();
        await app.StopAsync(limit.Token);
        await output.WriteLineAsync(JsonSerializer.Serialize(new Measured(
            answered.TotalSeconds, Stopwatch.GetElapsedTime(stopping).TotalSeconds, running, sidecars.Count - running, memory.Sidecars, memory.ControlPlane)));
        return 0;
    }

    private static IResourceBuilder<IResourceWithEndpoints> Service(IDistributedApplicationBuilder builder, string name, int replicas, IResourceBuilder<IResourceWithEndpoints>? next)
    {
        if (replicas > 1)
        {
            var project = builder.AddProject(name, Repository.ServiceProject, p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithReplicas(replicas);
            return next is null ? project : project.WithEnvironment("NEXT", next.GetEndpoint("http"));
        }

        var executable = builder.AddExecutable(name, "dotnet", AppContext.BaseDirectory, "exec", Repository.Service).WithHttpEndpoint(env: "ASPNETCORE_HTTP_PORTS");
        return next is null ? executable : executable.WithEnvironment("NEXT", next.GetEndpoint("http"));
    }

    private static async Task AnswerAsync(Uri chain, int services, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(chain, cancellationToken);
                if (answer.IsSuccessStatusCode && await answer.Content.ReadAsStringAsync(cancellationToken) == services.ToString(CultureInfo.InvariantCulture))
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Not yet.
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    private static (double Sidecars, double ControlPlane) Memory()
    {
        var (sidecars, controlPlane) = (0d, 0d);
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(process, "cmdline"));
                if (command.Contains(Repository.State, StringComparison.Ordinal) && command.Contains("--bootstrap", StringComparison.Ordinal))
                {
                    sidecars += Shared(process);
                }
                else if (command.Contains(Repository.State, StringComparison.Ordinal) && command.Contains("--config", StringComparison.Ordinal))
                {
                    controlPlane += Shared(process);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return (sidecars, controlPlane);
    }

    private static double Shared(string process)
    {
        var line = File.ReadLines(Path.Combine(process, "smaps_rollup")).First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
