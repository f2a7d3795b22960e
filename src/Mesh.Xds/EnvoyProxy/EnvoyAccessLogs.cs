using Envoy.Config.Accesslog.V3;
using Envoy.Config.Core.V3;
using Envoy.Extensions.AccessLoggers.File.V3;
using Envoy.Extensions.AccessLoggers.Stream.V3;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>Formats for Envoy, which has no operators of ours: they are replaced by what they mean there.</summary>
internal static class EnvoyAccessLogs
{
    // What goes to the sidecar's collector stays out: Envoy would have to be told where that is, and only our bootstrap file knows.
    public static void Complete(RepeatedField<AccessLog> logs, string source, string destination)
    {
        foreach (var log in logs.Where(log => log.TypedConfig.Holds<CollectorAccessLog>()).ToArray())
        {
            logs.Remove(log);
        }

        foreach (var log in logs)
        {
            Complete(log, source, destination);
        }
    }

    private static void Complete(AccessLog log, string source, string destination)
    {
        if (log.TypedConfig.Holds<FileAccessLog>())
        {
            var file = log.TypedConfig.Unpack<FileAccessLog>();
            Complete(file.LogFormat, source, destination);
            log.TypedConfig = MessageName.Pack(file);
        }
        else
        {
            var stream = log.TypedConfig.Unpack<StdoutAccessLog>();
            Complete(stream.LogFormat, source, destination);
            log.TypedConfig = MessageName.Pack(stream);
        }
    }

    private static void Complete(SubstitutionFormatString format, string source, string destination)
    {
        if (format.TextFormatSource is { } text)
        {
            text.InlineString = Replace(text.InlineString, source, destination);
        }

        foreach (var name in format.JsonFormat?.Fields.Keys.ToArray() ?? [])
        {
            format.JsonFormat!.Fields[name] = Value.ForString(Replace(format.JsonFormat.Fields[name].StringValue, source, destination));
        }
    }

    private static string Replace(string text, string source, string destination) => text
        .Replace("%MESH_SOURCE_SERVICE%", source.Length == 0 ? "%DOWNSTREAM_PEER_URI_SAN%" : source, StringComparison.Ordinal)
        .Replace("%MESH_DESTINATION_SERVICE%", destination, StringComparison.Ordinal)
        .Replace("%MESH_DIRECTION%", source.Length == 0 ? "inbound" : "outbound", StringComparison.Ordinal)
        .Replace("%MESH_ERROR%", "%RESPONSE_FLAGS%", StringComparison.Ordinal);
}
