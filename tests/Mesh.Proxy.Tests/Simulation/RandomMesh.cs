using System.Globalization;
using System.Text;
using Mesh.Testing;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>Meshes and requests by chance: few names, so that they meet, and everything about paths that is read in more than one way.</summary>
internal sealed class RandomMesh(Random random)
{
    public static readonly string[] Services = ["a", "b", "c", "d"];

    private static readonly string[] Methods = ["GET", "POST", "DELETE"];
    private static readonly string[] Paths = ["/", "/a", "/a/", "/a/b", "/A", "/a b", "/orders", "/orders/x"];
    private static readonly string[] Expressions = ["/a/.*", "/[ab]+", "/orders(/x)?", "/.*"];
    private static readonly string[] Segments = ["a", "b", "A", "orders", "x", "a;v=1", ";x", "..", "%2e%2e", "a%20b", "%61", "a%2Fb", "", ".", "%252e", "orders;a=b"];
    private static readonly string[] Queries = ["", "", "", "?q=1", "?q=2&q=1", "?Q=1", "?q", "?q=a+b%20c", "?r=1&q=", "?%71=1"];

    /// <summary>Documents of a mesh in which services call each other, with routes, permissions, timeouts and retries.</summary>
    public string Documents()
    {
        var text = new StringBuilder();
        foreach (var service in Services)
        {
            var uses = Services.Where(s => s != service && Chance(85));
            text.Append(CultureInfo.InvariantCulture, $"kind: Service\nmetadata: {{name: {service}, labels: {{half: \"{(service[0] - 'a') / 2}\"}} }}\nspec: {{ports: [{{name: http, protocol: http}}, {{name: tcp, protocol: tcp}}], uses: [{string.Join(", ", uses)}]}}\n---\n");
        }

        Repeat(4, i => text.Append(CultureInfo.InvariantCulture, $"kind: HttpRoute\nmetadata: {{name: route{i}, namespace: {Space()}}}\nspec: {{{Proxies()}to: [{{targetRef: {Upstream()}, rules: [{Rules()}]}}]}}\n---\n"));
        Repeat(3, i => text.Append(CultureInfo.InvariantCulture, $"kind: TrafficPermission\nmetadata: {{name: permission{i}, namespace: {Space()}}}\nspec: {{{Proxies()}rules: [{{default: {{deny: {Callers()}, allow: {Callers()}, allowOnly: {Callers()}, allowWithShadowDeny: {Callers()}}} }}]}}\n---\n"));
        Repeat(3, i => text.Append(CultureInfo.InvariantCulture, $"kind: Timeout\nmetadata: {{name: timeout{i}, namespace: {Space()}}}\nspec: {{{Proxies()}to: [{{targetRef: {Target()}, default: {{request: {random.Next(5)}s}} }}], rules: [{{default: {{request: {random.Next(5)}s}} }}, {{matches: [{{service: default/{Any(Services)}}}], default: {{request: {random.Next(5)}s}} }}]}}\n---\n"));
        Repeat(2, i => text.Append(CultureInfo.InvariantCulture, $"kind: Retry\nmetadata: {{name: retry{i}, namespace: {Space()}}}\nspec: {{{Proxies()}to: [{{targetRef: {Target()}, default: {{http: {{numRetries: {random.Next(4)}}} }} }}]}}\n---\n"));
        return text.ToString();
    }

    /// <summary>A request, as <c>method target header=value …</c>.</summary>
    public (string Method, string Target, (string Name, string Value)[] Headers) Request()
    {
        var target = new StringBuilder();
        Repeat(4, _ => target.Append('/').Append(Any(Segments)));
        if (target.Length == 0 || Chance(15))
        {
            target.Append('/');
        }

        var method = Chance(4) ? Any(["get", "TRACE", "PURGE"]) : Any(Methods);
        return (method, target + Any(Queries), Chance(60) ? [("x", Any(["1", "2", "abc"]))] : []);
    }

    private string Rules()
    {
        var rules = new List<string>();
        Repeat(4, i => rules.Add($"{{name: r{i}{(Chance(70) ? $", matches: [{Match()}{(Chance(30) ? $", {Match()}" : "")}]" : "")}, default: {{{Default()}}} }}"), least: 1);
        return string.Join(", ", rules);
    }

    private string Match()
    {
        var parts = new List<string>();
        if (Chance(80))
        {
            parts.Add($"path: {Path()}");
        }

        if (Chance(30))
        {
            parts.Add($"method: {Any(Methods)}");
        }

        if (Chance(30))
        {
            parts.Add($"headers: [{Value()}]");
        }

        if (Chance(30))
        {
            parts.Add($"queryParams: [{Value("q")}]");
        }

        return parts.Count == 0 ? "{method: GET}" : $"{{{string.Join(", ", parts)}}}";
    }

    private string Path() => Chance(25) ? $"{{type: RegularExpression, value: '{Any(Expressions)}'}}" : $"{{type: {(Chance(60) ? "PathPrefix" : "Exact")}, value: {Any(Paths)}}}";

    private string Value(string name = "X") => Any(
    [
        $"{{name: {name}, value: \"1\"}}", $"{{name: {name}, type: Prefix, value: a}}", $"{{name: {name}, type: RegularExpression, value: '[12]'}}",
        $"{{name: {name}, type: Present}}", $"{{name: {name}, type: Absent}}", $"{{name: {name}, value: a b c}}",
    ]);

    private string Default()
    {
        if (Chance(10))
        {
            return "filters: [{type: RequestRedirect, requestRedirect: {statusCode: 307, path: {type: ReplaceFullPath, replaceFullPath: /new}}}]";
        }

        var backends = new List<string>();
        Repeat(3, _ => backends.Add($"{{name: {(Chance(15) ? "nobody" : Any(Services))}, namespace: default, weight: {random.Next(4)}}}"));
        var rewrite = Chance(20) ? "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /a/b}}}]" : "";
        var split = backends.Count > 0 ? $"backendRefs: [{string.Join(", ", backends)}]" : "";
        return string.Join(", ", new[] { rewrite, split }.Where(t => t.Length > 0)) is { Length: > 0 } both ? both : "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X, value: '2'}]}}]";
    }

    private string Callers()
    {
        var callers = new List<string>();
        Repeat(3, _ => callers.Add($"{{{Caller()}{(Chance(40) ? $", methods: [{Any(Methods)}]" : "")}{(Chance(50) ? $", paths: [{Path()}]" : "")}}}"));
        return $"[{string.Join(", ", callers)}]";
    }

    private string Caller() => Chance(25) ? $"spiffeId: {{type: Prefix, value: \"{Any(["spiffe://shop.local/ns/default", "spiffe://shop.local", "spiffe://shop.local/ns/other"])}\"}}" : $"service: default/{Any(Services)}";

    private string Space() => Chance(25) ? "mesh-system" : "default";

    private string Proxies() => Chance(60) ? "" : $"targetRef: {Upstream()}, ";

    private string Target() => Chance(30) ? "{kind: Mesh}" : Upstream();

    private string Upstream() => Chance(25) ? $"{{kind: Service, labels: {{half: \"{random.Next(2)}\"}} }}" : $"{{kind: Service, name: {Any(Services)}, namespace: default}}";

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Any<T>(T[] values) => values[random.Next(values.Length)];

    private void Repeat(int most, Action<int> what, int least = 0)
    {
        for (var (i, count) = (0, random.Next(least, most + 1)); i < count; i++)
        {
            what(i);
        }
    }

    /// <summary>The documents as a mesh.</summary>
    public static TestMesh Read(string documents) => TestMesh.Empty.Yaml(documents.TrimEnd('\n', '-'));
}
