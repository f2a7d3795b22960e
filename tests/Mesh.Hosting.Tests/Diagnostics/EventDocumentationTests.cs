using System.Reflection;
using Mesh.Testing;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Diagnostics;

/// <summary>docs/diagnostics.md lists the log events of AppHosts; docs/events.md those of the mesh's own processes.</summary>
public sealed class EventDocumentationTests
{
    private const string Rule = "| --- | --- | --- | --- |\n";

    private static readonly LoggerMessageAttribute[] Events =
    [
        .. typeof(MeshOptions).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(e => e.EventId),
    ];

    [Fact]
    public void EventIds_AreUniqueAndInTheFourThousands()
    {
        Assert.Equal(Events.Length, Events.Select(e => e.EventId).Distinct().Count());
        Assert.All(Events, e => Assert.InRange(e.EventId, 4000, 4999));
    }

    [Fact]
    public void EventIds_AreListedWithLevelAndMessage()
    {
        var file = Checkout.PathTo("docs", "diagnostics.md");
        var text = File.ReadAllText(file);
        var table = text.IndexOf(Rule, StringComparison.Ordinal) + Rule.Length;
        var rows = string.Concat(Events.Select(e => $"| {e.EventId} | {e.EventName} | {e.Level} | {e.Message} |\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text[..table] + rows);
        }

        Assert.Equal(text[table..], rows);
    }
}
