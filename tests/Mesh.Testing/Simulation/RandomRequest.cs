using System.Collections.Immutable;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing.Identity;

namespace Mesh.Testing.Simulation;

/// <summary>A request by chance.</summary>
/// <param name="Method">The method, not always one that there is.</param>
/// <param name="Target">Path and query as they are sent.</param>
/// <param name="Headers">The headers, several of a name among them.</param>
/// <param name="Token">One of <see cref="Tokens"/>; <see langword="null"/>: it bears none.</param>
public sealed record RandomRequest(string Method, string Target, ImmutableArray<(string Name, string Value)> Headers, string? Token)
{
    /// <summary>Whose signature is somebody else's.</summary>
    public const string Forged = "forged";

    // What they say beyond whose they are.
    private static readonly ImmutableSortedDictionary<string, (string Name, string Value)[]> Claims = new Dictionary<string, (string, string)[]>
    {
        ["a"] = [("team", "a"), ("scope", "r")],
        ["b"] = [("team", "b"), ("scope", "r w")],
        ["none"] = [],
        [Forged] = [("team", "a"), ("scope", "r w")],
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The tokens that requests bear.</summary>
    public static string[] Tokens => [.. Claims.Keys];

    /// <summary>A token as it is sent.</summary>
    /// <param name="token">Which.</param>
    /// <param name="issuer">Who signs it.</param>
    /// <param name="stranger">Who signs what is forged.</param>
    /// <param name="now">When.</param>
    public static string Write(string token, TestIssuer issuer, TestIssuer stranger, DateTimeOffset now)
    {
        // The honest ones hold a scope of the issuer's own unless they say another.
        var claims = $$"""{{{string.Concat(Claims[token].Select(c => $"\"{c.Name}\":\"{c.Value}\","))}}"iss":"{{TestIssuer.Name}}","aud":"orders","exp":{{now.AddMinutes(30).ToUnixTimeSeconds()}}}""";
        return (token == Forged ? stranger : issuer).Sign(TestIssuer.Head("ES256"), claims, "ES256");
    }

    /// <summary>The same for the simulator, which is told what a verified token says.</summary>
    public SimulatedRequest From(ServiceId caller, PortRef callee) => new()
    {
        Caller = caller,
        Callee = callee,
        Method = Method,
        Target = Target,
        Headers = [.. Headers.Select(h => KeyValuePair.Create(h.Name, h.Value))],
        Claims = Token is null or Forged ? [] : [.. Claims[Token].Select(c => KeyValuePair.Create(c.Name, c.Value)), KeyValuePair.Create("iss", TestIssuer.Name)],
    };

    /// <inheritdoc />
    public override string ToString() => $"{Method} {Target} [{string.Join(", ", Headers.Select(h => $"{h.Name}: {h.Value}"))}]{(Token is null ? "" : $" with token {Token}")}";
}
