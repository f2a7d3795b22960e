using System.Globalization;
using Mesh.Model;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Names of RBAC policies: <c>0003;kind=TrafficPermission;name=shop/orders;location=mesh.yaml:12;rule=from[0]</c>. The number keeps the order that a map loses;
/// the rest is the origin, so that any proxy's denial names its cause.
/// </summary>
internal static class PolicyNameCodec
{
    public static string Encode(int index, Origin origin)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{index:D4};kind={Escape(origin.Kind)};name={Escape(origin.Name)}");
        if (origin.Location is not null)
        {
            name += ";location=" + Escape(origin.Location);
        }

        return origin.Rule is null ? name : name + ";rule=" + Escape(origin.Rule);
    }

    public static (int Index, Origin Origin) Decode(string name, string where)
    {
        var parts = name.Split(';');
        string? kind = null, of = null, location = null, rule = null;
        foreach (var part in parts.Skip(1))
        {
            var value = Unescape(part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            switch (part.Split('=')[0])
            {
                case "kind": kind = value; break;
                case "name": of = value; break;
                case "location": location = value; break;
                case "rule": rule = value; break;
            }
        }

        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && kind is not null && of is not null
            ? (index, new Origin(kind, of, location, rule))
            : throw new ResourceRefusedException($"{where}: policy name '{name}' does not say its order and origin");
    }

    private static string Escape(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal);

    private static string Unescape(string text) => text.Replace("%3B", ";", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
