using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Hosting.Docker.Tests.Compose;

/// <summary>
/// A published folder as Compose would take it: variables of .env put in, read by a strict reader, and held against the rules that Compose itself checks before it starts
/// anything. There is no Compose here: it could say more.
/// </summary>
internal sealed partial class ComposeProject
{
    private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = false };

    private readonly PublishedChart _output;
    private readonly Func<string, string> _mutate;

    private ComposeProject(PublishedChart output, Func<string, string> mutate)
    {
        (_output, _mutate) = (output, mutate);
        Variables = output.Files.Contains(".env") ? ReadVariables(output.Text(".env")) : [];
        Text = mutate(output.Text("docker-compose.yaml"));
    }

    /// <summary>What .env defines. The publisher leaves values to whoever starts it: one that is empty is taken as its own name.</summary>
    public Dictionary<string, string> Variables { get; }

    /// <summary>The Compose file's text.</summary>
    public string Text { get; }

    public required ComposeSpec.Project Project { get; init; }

    /// <summary>Reads.</summary>
    /// <param name="output">The folder.</param>
    /// <param name="values">Values for variables of .env.</param>
    /// <param name="mutate">Changes the text of each file before it is read.</param>
    public static ComposeProject Of(PublishedChart output, IReadOnlyDictionary<string, string>? values = null, Func<string, string>? mutate = null)
    {
        var raw = new ComposeProject(output, mutate ?? (t => t)) { Project = null! };
        foreach (var (name, value) in values ?? new Dictionary<string, string>())
        {
            Assert.True(raw.Variables.ContainsKey(name), $".env has no {name}");
            raw.Variables[name] = value;
        }

        var root = Assert.Single(Parse(raw.Text, "docker-compose.yaml"));
        var project = JsonSerializer.Deserialize<ComposeSpec.Project>(JsonDocumentWriter.Write(raw.Interpolated(root)), Strict)!;
        ComposeRules.Check(project, output.Files);
        return new ComposeProject(output, mutate ?? (t => t)) { Project = project };
    }

    public ComposeSpec.Service this[string service] => Project.Services[service];

    /// <summary>What the sidecar of a service is started with.</summary>
    public SidecarBootstrap Bootstrap(string sidecar) => JsonSerializer.Deserialize(MountedText(this[sidecar], "/etc/mesh/bootstrap.json"), BootstrapJson.Default.SidecarBootstrap)!;

    /// <summary>What the control plane is started with.</summary>
    public ControlPlaneSettings Settings() => JsonSerializer.Deserialize(MountedText(this["mesh-control-plane"], "/etc/mesh/control-plane.json"), BootstrapJson.Default.ControlPlaneSettings)!;

    /// <summary>The documents that the control plane watches, in the order in which later ones beat earlier ones.</summary>
    public IReadOnlyList<DeclaredResource> Documents() =>
    [
        .. Settings().Sources.SelectMany(s =>
        {
            var mount = this["mesh-control-plane"].Volumes.Single(v => v.Target == s.Directory);
            return _output.Files.Where(f => f.StartsWith($"{mount.Source[2..]}/", StringComparison.Ordinal)).SelectMany(f => Parse(_mutate(_output.Text(f)), f).Select(Read));
        }),
    ];

    private static DeclaredResource Read(ObjectNode node)
    {
        var read = ResourceReader.Read(new MeshDocument(((ScalarNode)node["kind"]!).Text, node));
        Assert.True(read.Violations.IsEmpty, string.Join("; ", read.Violations));
        return read.Resource!;
    }

    private string MountedText(ComposeSpec.Service service, string target) => _mutate(_output.Text(Project.Configs[service.Configs.Single(c => c.Target == target).Source].File[2..]));

    private static IEnumerable<ObjectNode> Parse(string text, string name)
    {
        var read = DocumentReader.Read(text, name);
        Assert.True(read.Violations.IsEmpty, $"{name}: {string.Join("; ", read.Violations)}\n{text}");
        return read.Documents.Select(d => d.Root);
    }

    private static Dictionary<string, string> ReadVariables(string text) => text.Split('\n').Where(l => l.Contains('=', StringComparison.Ordinal) && !l.StartsWith('#'))
        .Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1].Trim('"'));

    private DocumentNode Interpolated(DocumentNode node) => node switch
    {
        ObjectNode o => new ObjectNode([.. o.Members.Select(m => m with { Value = Interpolated(m.Value) })]),
        ListNode l => new ListNode([.. l.Items.Select(Interpolated)]),
        ScalarNode { Kind: ScalarKind.Text } text => text with { Text = Variable().Replace(text.Text, Value) },
        _ => node,
    };

    private string Value(Match match)
    {
        if (match.Value == "$$")
        {
            return "$";
        }

        var name = match.Groups["name"].Value;
        Assert.True(Variables.ContainsKey(name), $"{match.Value} is not in .env, so Compose would warn and take nothing");
        return Variables[name] is { Length: > 0 } value ? value : match.Groups["default"] is { Success: true } given ? given.Value : $"value-of-{name}";
    }

    [GeneratedRegex(@"\$\$|\$\{(?<name>[A-Z0-9_]+)(:-(?<default>[^}]*))?\}|\$")]
    private static partial Regex Variable();
}
