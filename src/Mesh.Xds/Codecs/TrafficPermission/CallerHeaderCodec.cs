using System.Text.RegularExpressions;
using Envoy.Config.Route.V3;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>Who calls, for standard constructs that know no principals: by the header in which doors say it.</summary>
internal static partial class CallerHeaderCodec
{
    /// <summary>The header in which doors say who calls.</summary>
    public const string Header = "x-forwarded-client-cert";

    /// <summary>Matches the requests of a caller.</summary>
    public static HeaderMatcher Encode(PrincipalMatch caller) => new() { Name = Header, StringMatch = TextMatchCodec.Regex(Expression(caller)) };

    // What the header is as a whole: By=<door>;Hash=...;URI=<caller>, as Envoy and our own doors write it.
    private static string Expression(PrincipalMatch caller)
    {
        var id = Dots().Replace(caller.Value, "\\.");
        var below = !caller.IsPrefix ? "" : caller.Value.EndsWith('/') ? "[^;]*" : "(?:/[^;]*)?";
        return $"(?:.*;)?URI={id}{below}(?:;.*)?";
    }

    [GeneratedRegex(@"\.")]
    private static partial Regex Dots();
}
