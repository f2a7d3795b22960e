using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Discovery;

/// <summary>What a sidecar says of its upstreams as metadata of its node in client status: so replicas of the control plane tell each other.</summary>
internal static class UpstreamReportStruct
{
    private const string Member = "mesh.dev/upstreams";

    /// <summary>Puts it into a node's metadata.</summary>
    /// <returns><see langword="null"/>: there is nothing to say.</returns>
    public static Struct? Encode(UpstreamReport report)
    {
        if (report == UpstreamReport.None)
        {
            return null;
        }

        var said = new Struct
        {
            Fields =
            {
                ["leftOut"] = Value.ForList([.. report.LeftOut.Select(o => Value.ForStruct(Encode(o)))]),
                ["more"] = Value.ForNumber(report.More),
                ["ejections"] = Value.ForNumber(report.Ejections),
                ["healthFailures"] = Value.ForNumber(report.HealthFailures),
            },
        };
        return new Struct { Fields = { [Member] = Value.ForStruct(said) } };
    }

    /// <summary>Reads what <see cref="Encode(UpstreamReport)"/> wrote; of an older control plane, which writes nothing, there is none.</summary>
    public static UpstreamReport Decode(Struct? metadata)
    {
        if (metadata?.Fields.GetValueOrDefault(Member)?.StructValue is not { } said)
        {
            return UpstreamReport.None;
        }

        return new UpstreamReport
        {
            LeftOut = [.. (said.Fields.GetValueOrDefault("leftOut")?.ListValue?.Values ?? []).Select(v => v.StructValue).OfType<Struct>().Select(DecodeOne).OfType<LeftOut>()],
            More = (int)Number("more"),
            Ejections = (long)Number("ejections"),
            HealthFailures = (long)Number("healthFailures"),
        };

        double Number(string name) => said.Fields.GetValueOrDefault(name)?.NumberValue ?? 0;
    }

    private static Struct Encode(LeftOut leftOut)
    {
        var said = new Struct
        {
            Fields =
            {
                ["upstream"] = Value.ForString(leftOut.Upstream.ToString()),
                ["replica"] = Value.ForString(leftOut.Replica),
                ["state"] = Value.ForString(leftOut.State),
                ["reason"] = Value.ForString(leftOut.Reason),
            },
        };
        foreach (var (name, time) in new[] { ("since", leftOut.Since), ("until", leftOut.Until) })
        {
            if (time is { } at)
            {
                said.Fields[name] = Value.ForString(at.ToString("O", CultureInfo.InvariantCulture));
            }
        }

        return said;
    }

    private static LeftOut? DecodeOne(Struct said)
    {
        return PortRef.TryParse(Text("upstream"), out var upstream) ? new LeftOut(upstream, Text("replica"), Text("state"), Text("reason"), At("since"), At("until")) : null;

        string Text(string name) => said.Fields.GetValueOrDefault(name)?.StringValue ?? "";
        DateTimeOffset? At(string name) => DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at) ? at : null;
    }
}
