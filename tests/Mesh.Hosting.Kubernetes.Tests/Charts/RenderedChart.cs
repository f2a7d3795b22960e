using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Hosting.Kubernetes.Tests.Charts;

/// <summary>A chart as Helm would hand it to the API server.</summary>
internal sealed class RenderedChart
{
    private RenderedChart(IReadOnlyList<(string File, ObjectNode Node)> objects) => Objects = objects;

    /// <summary>Every object with the file that it is from.</summary>
    public IReadOnlyList<(string File, ObjectNode Node)> Objects { get; }

    /// <summary>Renders.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="ns">The namespace of the release.</param>
    /// <param name="overrides">YAML that is laid over values.yaml, as by <c>helm -f</c>.</param>
    /// <param name="mutate">Changes the text of each file before it is read.</param>
    public static RenderedChart Of(PublishedChart chart, string ns = "shop", string? overrides = null, Func<string, string>? mutate = null)
    {
        var values = Parse(chart.Text("values.yaml"), "values.yaml").Single();
        if (overrides is not null)
        {
            values = Merged(values, Parse(overrides, "overrides").Single());
        }

        var template = new HelmTemplate(values, new Dictionary<string, string>
        {
            [".Release.Namespace"] = ns,
            [".Release.Name"] = "release",
            [".Chart.Name"] = "chart",
        });
        return new RenderedChart([.. chart.Files.Where(f => f.StartsWith("templates/", StringComparison.Ordinal))
            .SelectMany(f => Parse(template.Render(mutate?.Invoke(chart.Text(f)) ?? chart.Text(f)), f).Select(o => (f, o)))]);
    }

    /// <summary>The one object of a kind and name.</summary>
    public T Get<T>(string kind, string name)
        where T : class => (T)StrictReader.Read(Node(kind, name))!;

    /// <summary>Its tree.</summary>
    public ObjectNode Node(string kind, string name, string? group = null) => Objects.Select(o => o.Node).Single(o =>
        Text(o, "kind") == kind && Text((ObjectNode)o["metadata"]!, "name") == name && (Text(o, "apiVersion").StartsWith("mesh.dev/", StringComparison.Ordinal) == (group == "mesh.dev")));

    /// <summary>The documents of a YAML text; one that cannot be read fails the test.</summary>
    public static IEnumerable<ObjectNode> Parse(string text, string name)
    {
        var read = DocumentReader.ReadYaml(text, name);
        Assert.True(read.Violations.IsEmpty, $"{name}: {string.Join("; ", read.Violations)}\n{text}");
        return read.Documents.Select(d => d.Root);
    }

    private static string Text(ObjectNode node, string member) => ((ScalarNode)node[member]!).Text;

    private static ObjectNode Merged(ObjectNode below, ObjectNode above) => new(
    [
        .. below.Members.Select(m => above[m.Name] switch
        {
            null => m,
            ObjectNode o when m.Value is ObjectNode beneath => m with { Value = Merged(beneath, o) },
            var value => m with { Value = value },
        }),
        .. above.Members.Where(m => below[m.Name] is null),
    ]);
}
