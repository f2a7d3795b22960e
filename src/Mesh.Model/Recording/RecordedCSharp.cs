using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Recording;

/// <summary>What a recording suggests as lines of an AppHost. Variables are named after their resources.</summary>
public static class RecordedCSharp
{
    private static readonly string[] Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do", "double", "else", "enum", "event",
        "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string",
        "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    /// <summary>The lines.</summary>
    /// <param name="recording">What was seen.</param>
    /// <param name="topology">What there is.</param>
    public static string Write(MeshRecording recording, MeshTopology topology)
    {
        var text = new StringBuilder();
        foreach (var edge in RecordedPolicies.Passed(recording).Where(e => topology.Services.ContainsKey(e.Callee.Service)))
        {
            Write(edge, topology, text);
        }

        return text.ToString();
    }

    /// <summary>The variable that stands for a resource: <c>catalog-db</c> is <c>catalogDb</c>.</summary>
    public static string Variable(string resource)
    {
        var words = resource.Split('-', StringSplitOptions.RemoveEmptyEntries);
        var name = string.Concat(words.Select((word, i) => i == 0 ? word : $"{char.ToUpperInvariant(word[0])}{word[1..]}"));
        return char.IsAsciiDigit(name[0]) ? $"_{name}" : Keywords.Contains(name) ? $"@{name}" : name;
    }

    private static void Write(RecordedEdge edge, MeshTopology topology, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"// {edge.Callee}\n");
        foreach (var line in RecordedPolicies.Lines(edge, topology.TrustDomain))
        {
            text.Append(CultureInfo.InvariantCulture, $"// {line}\n");
        }

        var callee = Variable(edge.Callee.Service.Name);
        var endpoint = topology.Services[edge.Callee.Service].Ports.Length > 1 ? $", endpoint: {Quote(edge.Callee.Port)}" : "";
        var caller = edge.CallerIn(topology.TrustDomain);
        var who = caller is { } service ? Variable(service.Name) : $"MeshIdentity.Exact({Quote(edge.Seen.Caller)})";
        foreach (var entry in RecordedPolicies.Entries(edge, new CallerMatch()))
        {
            var said = Said(entry);
            var requests = said.Length switch
            {
                0 => "",
                1 => $", r => {said[0]}",
                _ => $", r => {{ {string.Join("; ", said)}; }}",
            };
            text.Append(CultureInfo.InvariantCulture, $"mesh.AllowOnly({who}, {callee}{requests}{endpoint});\n");
        }

        var limits = new[] { TimeoutSuggestion.Of(edge.Seen, isGrpc: false), TimeoutSuggestion.Of(edge.Seen, isGrpc: true) };
        if (caller is not null && RecordedPolicies.Settings(limits[0]?.Limit, limits[1]?.Limit) is { } settings)
        {
            foreach (var limit in limits.OfType<TimeoutSuggestion>().Where(l => l.Limit is not null))
            {
                text.Append(CultureInfo.InvariantCulture, $"// {limit.Why}\n");
            }

            var set = new (string Name, TimeSpan? Value)[] { ("Request", settings.Request), ("GrpcRequest", settings.GrpcRequest), ("Connect", settings.Connect) }
                .Where(s => s.Value is not null)
                .Select(s => string.Create(CultureInfo.InvariantCulture, $"t.{s.Name} = TimeSpan.FromMilliseconds({s.Value!.Value.TotalMilliseconds:0})"))
                .ToArray();
            text.Append(CultureInfo.InvariantCulture, $"{who}.WithMeshTimeout({callee}, t => {(set.Length == 1 ? set[0] : $"{{ {string.Join("; ", set)}; }}")}{endpoint});\n");
        }

        text.Append('\n');
    }

    private static ImmutableArray<string> Said(CallerMatch entry)
    {
        var said = ImmutableArray.CreateBuilder<string>();
        Add("Methods", entry.Methods);
        Add("Paths", Of(PathMatchKind.Exact));
        Add("PathPrefixes", Of(PathMatchKind.PathPrefix));
        Add("PathExpressions", Of(PathMatchKind.RegularExpression));
        Add("Grpc", entry.Grpc.Select(method => $"{method.Service}/{method.Method}"));
        return said.DrainToImmutable();

        IEnumerable<string> Of(PathMatchKind kind) => entry.Paths.Where(path => path.Kind == kind).Select(path => path.Value);

        void Add(string property, IEnumerable<string> values)
        {
            if (values.ToArray() is { Length: > 0 } some)
            {
                said.Add($"r.{property} = [{string.Join(", ", some.Select(Quote))}]");
            }
        }
    }

    // Nothing that callers wrote gets here but names that PathTemplate takes for such, and identities that were parsed; all the same.
    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
