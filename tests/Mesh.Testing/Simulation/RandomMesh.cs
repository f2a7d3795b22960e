using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Mesh.Testing.Identity;

namespace Mesh.Testing.Simulation;

/// <summary>Meshes and requests by chance: few names, so that they meet, and everything about paths that is read in more than one way.</summary>
/// <param name="random">The chance.</param>
/// <param name="keys">The keys of <see cref="TestIssuer"/>, whose tokens permissions ask for.</param>
/// <param name="hasLimits">Whether replicas take in so much only: then what becomes of a request depends on those before it.</param>
public sealed class RandomMesh(Random random, string keys, bool hasLimits)
{
    private static readonly string[] Services = ["a", "b", "c", "d"];

    private static readonly string[] Methods = ["GET", "POST", "DELETE", "OPTIONS"];
    private static readonly string[] Origins = ["https://a.example", "https://b.example"];
    private static readonly string[] Paths = ["/", "/a", "/a/", "/a/b", "/A", "/a b", "/orders", "/orders/x"];
    private static readonly string[] Expressions = ["/a/.*", "/[ab]+", "/orders(/x)?", "/.*"];
    private static readonly string[] Segments = ["a", "b", "A", "orders", "x", "a%20b", "a;v=1", ";x", "..", "%2e%2e", "%61", "a%2Fb", "", ".", "%252e", "orders;a=b"];
    private static readonly string[] Queries = ["", "", "", "?q=1", "?q=2&q=1", "?Q=1", "?q", "?q=a+b%20c", "?r=1&q=", "?%71=1"];

    /// <summary>The services of every such mesh.</summary>
    public static ImmutableArray<string> Names => [.. Services];

    /// <summary>Documents of a mesh in which services call each other, with policies of many kinds.</summary>
    public ImmutableArray<string> Documents()
    {
        var documents = new List<string>();
        foreach (var service in Services)
        {
            var uses = Services.Where(s => s != service && Chance(85));
            documents.Add(string.Create(CultureInfo.InvariantCulture, $"kind: Service\nmetadata: {{name: {service}, labels: {{half: \"{(service[0] - 'a') / 2}\"}} }}\nspec: {{ports: [{{name: http, protocol: http}}, {{name: tcp, protocol: tcp}}], uses: [{string.Join(", ", uses)}]}}\n"));
        }

        Add("HttpRoute", 4, () => $"{Proxies()}to: [{{targetRef: {Upstream()}, rules: [{Rules()}]}}]");
        Add("TrafficPermission", 3, () => Chance(40)
            ? $"{Proxies()}{Issuer()}rules: [{{default: {{deny: {Callers("token", "missing")}, allow: {Callers("token")}, allowOnly: {Callers("token")}}} }}]"
            : $"{Proxies()}rules: [{{default: {{deny: {Callers()}, {(Chance(35) ? "allow" : "allowOnly")}: {Callers()}, allowWithShadowDeny: {Callers()}}} }}]");
        Add("Timeout", 3, () => string.Create(CultureInfo.InvariantCulture, $"{Proxies()}to: [{{targetRef: {Target()}, default: {{request: {random.Next(5)}s}} }}], rules: [{{default: {{request: {random.Next(5)}s}} }}, {{matches: [{{service: default/{Any(Services)}}}], default: {{request: {random.Next(5)}s}} }}]"));
        Add("Retry", 2, () => string.Create(CultureInfo.InvariantCulture, $"{Proxies()}to: [{{targetRef: {Target()}, default: {{http: {{numRetries: {random.Next(4)}}} }} }}]"));
        if (hasLimits)
        {
            Add("RateLimit", 3, () => $"{Proxies()}rules: [{{default: {{http: {Limit()}}} }}{(Chance(50) ? $", {{matches: [{{service: default/{Any(Services)}}}], default: {{http: {Limit()}}} }}" : "")}]");
        }

        return [.. documents];

        void Add(string kind, int most, Func<string> spec) => Repeat(most, i => documents.Add(string.Create(
            CultureInfo.InvariantCulture, $"kind: {kind}\nmetadata: {{name: {kind.ToLowerInvariant()}{i}, namespace: {Space()}}}\nspec: {{{spec()}}}\n")));
    }

    /// <summary>Who calls whom: mostly somebody else.</summary>
    public (string Caller, string Callee) Call()
    {
        var (caller, callee) = (random.Next(Services.Length), random.Next(Services.Length));
        return (Services[caller], Services[caller == callee && Chance(80) ? (callee + 1) % Services.Length : callee]);
    }

    /// <summary>A request.</summary>
    public RandomRequest Request()
    {
        var target = new StringBuilder();
        var segments = Chance(60) ? Segments[..6] : Segments;
        Repeat(4, _ => target.Append('/').Append(Any(segments)));
        if (target.Length == 0 || Chance(15))
        {
            target.Append('/');
        }

        var method = Chance(4) ? Any(["get", "TRACE", "PURGE"]) : Any(Methods);
        var headers = new List<(string, string)>();
        if (Chance(60))
        {
            headers.Add(("x", Any(["1", "2", "abc"])));
            Repeat(Chance(15) ? 1 : 0, _ => headers.Add(("x", Any(["1", "2", "abc"]))), least: 0);
        }

        if (Chance(method == "OPTIONS" ? 80 : 15))
        {
            headers.Add(("Origin", Any(Origins)));
            if (method == "OPTIONS")
            {
                headers.Add(("Access-Control-Request-Method", Any(Methods)));
            }
        }

        return new RandomRequest(method, target + Any(Queries), [.. headers], Chance(45) ? Any(RandomRequest.Tokens) : null);
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

        var filters = new List<string>();
        var backends = new List<string>();
        Repeat(3, _ => backends.Add($"{{name: {(Chance(15) ? "nobody" : Any(Services))}, namespace: default, weight: {random.Next(4)}}}"));
        if (Chance(20))
        {
            filters.Add("{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /a/b}}}");
        }

        if (Chance(20))
        {
            filters.Add("{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X, value: '2'}]}}");
        }

        if (Chance(20))
        {
            filters.Add($"{{type: CORS, cors: {{allowOrigins: ['{Origins[0]}'], allowMethods: ['*']}}}}");
        }

        Repeat(Chance(25) ? 2 : 0, _ => filters.Add($"{{type: RequestMirror, requestMirror: {{backendRef: {{name: {Any(Services)}, namespace: default}}, percent: {Any(["25", "100"])}}}}}"));
        var changes = filters.Count > 0 ? $"filters: [{string.Join(", ", filters)}]" : "";
        var split = backends.Count > 0 ? $"backendRefs: [{string.Join(", ", backends)}]" : "";
        var bounds = Chance(25) ? string.Create(CultureInfo.InvariantCulture, $"timeouts: {{request: {random.Next(9)}s}}") : "";
        var again = Chance(20) ? string.Create(CultureInfo.InvariantCulture, $"retry: {{attempts: {random.Next(5)}, codes: [503]}}") : "";
        return string.Join(", ", new[] { changes, split, bounds, again }.Where(t => t.Length > 0)) is { Length: > 0 } all ? all : "timeouts: {request: 7s}";
    }

    private string Limit()
    {
        var routes = new List<string>();
        Repeat(2, i => routes.Add($"{{name: l{i}, matches: [{Match()}], {(Chance(80) ? $"requestRate: {Rate()}" : "disabled: true")}}}"));
        var rest = Chance(60) || routes.Count == 0 ? $"requestRate: {Rate()}" : "";
        return $"{{{string.Join(", ", new[] { routes.Count > 0 ? $"routes: [{string.Join(", ", routes)}]" : "", rest }.Where(t => t.Length > 0))}}}";
    }

    private string Rate() => string.Create(CultureInfo.InvariantCulture, $"{{num: {random.Next(1, 4)}, interval: {random.Next(2, 9)}s}}");

    // Of an issuer that signs with keys of its own; who takes no token says nothing of any.
    private string Issuer() => $"jwtProviders: [{{name: p, issuer: '{TestIssuer.Name}', audiences: [orders], jwks: {{inline: '{keys}'}} }}], ";

    private string Callers(params string[] more)
    {
        var callers = new List<string>();
        Repeat(3, _ => callers.Add(
            $"{{{Caller()}{(Chance(40) ? $", methods: [{Any(Methods)}]" : "")}{(Chance(40) ? $", paths: [{Path()}]" : "")}{(Chance(40) ? $", headers: [{Value()}]" : "")}{(more.Length > 0 && Chance(60) ? $", jwt: {Token(more)}" : "")}}}"));
        return $"[{string.Join(", ", callers)}]";
    }

    private string Token(string[] kinds) => Any(kinds) == "missing"
        ? "{missing: true}"
        : Any(["{}", "{provider: p}", "{claims: [{path: [team], values: [a]}]}", "{claims: [{path: [scope], contains: [w]}]}", "{claims: [{path: [team], values: [b, c]}, {path: [scope], contains: [r]}]}"]);

    private string Caller() => random.Next(8) switch
    {
        0 => "anyone: true",
        1 or 2 => $"spiffeId: {{type: Prefix, value: \"{Any(["spiffe://shop.local/ns/default", "spiffe://shop.local", "spiffe://shop.local/ns/other"])}\"}}",
        _ => $"service: default/{Any(Services)}",
    };

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

    /// <summary>Documents as a mesh.</summary>
    public static TestMesh Read(IEnumerable<string> documents) => TestMesh.Empty.Yaml(string.Join("---\n", documents));
}
