using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.Hosting.Docker.Tests.Compose;

/// <summary>What Compose and the engine refuse, by their documentation.</summary>
internal static partial class ComposeRules
{
    public static void Check(ComposeSpec.Project project, IReadOnlyList<string> files)
    {
        foreach (var config in project.Configs.Values)
        {
            Assert.Contains(config.File[2..], files);
        }

        foreach (var (name, service) in project.Services)
        {
            Assert.Matches("^[a-z0-9][a-z0-9._-]*$", name);
            Assert.NotEqual("", service.Image);
            Assert.All(service.Networks.Keys, n => Assert.Contains(n, project.Networks.Keys));
            Assert.All(service.Configs, c => Assert.Contains(c.Source, project.Configs.Keys));
            Assert.All(service.Volumes, v => Check(v, project, files));
            Assert.True(service.Volumes.Select(v => v.Target).Concat(service.Configs.Select(c => c.Target)).GroupBy(t => t).All(g => g.Count() == 1), $"{name} mounts twice at one place");
            Assert.True(service.Restart is null or "no" or "always" or "on-failure" or "unless-stopped", service.Restart);
            Assert.All(service.Ports, p => Assert.Matches(@"^(\d+:)?\d+$", p));
            Assert.All(service.Expose, p => Assert.True(int.Parse(p, CultureInfo.InvariantCulture) is > 0 and < 65536));
            foreach (var (on, dependency) in service.DependsOn)
            {
                Assert.True(project.Services.TryGetValue(on, out var other), $"{name} depends on {on}, which is not there");
                Assert.True(dependency.Condition is "service_started" or "service_healthy" or "service_completed_successfully", dependency.Condition);
                Assert.False(dependency.Condition == "service_healthy" && other!.HealthCheck is null, $"{on} has no health check");
            }

            if (service.NetworkMode is { } mode)
            {
                // Who joins a network may say nothing of it.
                Assert.Contains(mode["service:".Length..], project.Services.Keys);
                Assert.Null(project.Services[mode["service:".Length..]].NetworkMode);
                Assert.Empty(service.Networks);
                Assert.Empty(service.Ports);
                Assert.Empty(service.Expose);
                Assert.Empty(service.ExtraHosts);
                Assert.Null(service.Hostname);
            }

            if (service.HealthCheck is { } check)
            {
                Assert.Equal("CMD", check.Test[0]);
                Assert.All([check.Interval, check.Timeout, check.StartPeriod, check.StartInterval], d => Assert.Matches(Duration(), d));
            }
        }

        var published = project.Services.Values.SelectMany(s => s.Ports).Where(p => p.Contains(':', StringComparison.Ordinal)).Select(p => p.Split(':')[0]).ToList();
        Assert.Equal(published.Count, published.Distinct().Count());
        Assert.All(project.Services.Keys, s => Follow(project, s, []));
    }

    private static void Check(ComposeSpec.Mount mount, ComposeSpec.Project project, IReadOnlyList<string> files)
    {
        Assert.StartsWith("/", mount.Target, StringComparison.Ordinal);
        switch (mount.Type)
        {
            case "volume":
                Assert.Contains(mount.Source, project.Volumes.Keys);
                break;
            case "bind" when mount.Source.StartsWith("./", StringComparison.Ordinal):
                // A long bind mount of what is not there is an error; an empty folder is no file that a list of files shows.
                Assert.True(files.Any(f => f.StartsWith($"{mount.Source[2..]}/", StringComparison.Ordinal)) || mount.Source is "./mesh/policies" or "./mesh/apphost", mount.Source);
                break;
            default:
                Assert.Equal("bind", mount.Type);
                break;
        }
    }

    private static void Follow(ComposeSpec.Project project, string service, IReadOnlyList<string> path)
    {
        Assert.False(path.Contains(service), $"{string.Join(" → ", path)} → {service} is a circle");
        var all = project.Services[service].DependsOn.Keys.Concat(project.Services[service].NetworkMode is { } mode ? [mode["service:".Length..]] : []);
        foreach (var on in all.Distinct())
        {
            Follow(project, on, [.. path, service]);
        }
    }

    [GeneratedRegex(@"^(\d+(ms|s|m|h))+$")]
    private static partial Regex Duration();
}
