using System.Reflection;
using Mesh.Testing;
using Microsoft.Extensions.Logging;

namespace Mesh.Architecture.Tests;

public sealed class EventIdTests
{
    private const string Rule = "| --- | --- | --- | --- |\n";

    private static readonly Dictionary<string, int> Thousands = new()
    {
        ["Mesh.Xds"] = 1000,
        ["mesh-control-plane"] = 2000,
        ["mesh-proxy"] = 3000,
        ["Mesh.Hosting"] = 4000,
    };

    private static readonly (Assembly Assembly, LoggerMessageAttribute Event)[] Events = new[] { "Mesh.Xds", "mesh-control-plane", "mesh-proxy" }
        .Select(Assembly.Load)
        .SelectMany(a => a.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(e => (a, e)))
        .ToArray();

    [Fact]
    public void EventIds_AreUnique()
    {
        var twice = Events.GroupBy(e => e.Event.EventId).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Event.EventName))}");

        Assert.Empty(twice);
    }

    [Fact]
    public void EventIds_StandInTheirProjectsThousand()
    {
        var outside = Events.Where(e => e.Event.EventId / 1000 * 1000 != Thousands[e.Assembly.GetName().Name!]).Select(e => $"{e.Event.EventId} {e.Event.EventName}");

        Assert.Empty(outside);
    }

    [Fact]
    public void EventIds_AreListedWithLevelAndMessage()
    {
        var file = Checkout.PathTo("docs", "events.md");
        var text = File.ReadAllText(file);
        var table = text.IndexOf(Rule, StringComparison.Ordinal) + Rule.Length;
        var rows = string.Concat(Events.OrderBy(e => e.Event.EventId).Select(e => $"| {e.Event.EventId} | {e.Event.EventName} | {e.Event.Level} | {e.Event.Message} |\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text[..table] + rows);
        }

        Assert.Equal(text[table..], rows);
    }
}
