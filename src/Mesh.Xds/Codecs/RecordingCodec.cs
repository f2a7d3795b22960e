using Mesh.Model.Recording;
using Mesh.Recording.V1;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Codecs;

/// <summary>That somebody records, and what was seen.</summary>
public static class RecordingCodec
{
    /// <summary>The name of the only resource of its type: there is one recording at a time.</summary>
    public const string ResourceName = "recording";

    internal static XdsResource Encode(RecordingOrder order) => XdsResource.From(TypeUrls.Recording, ResourceName, EncodeMessage(order)).EndingAt(order.EndsAt);

    internal static RecordingLease EncodeMessage(RecordingOrder order) => new() { Id = order.Id };

    /// <summary>The order, with an end that its resource says and not its body.</summary>
    internal static RecordingOrder Decode(RecordingLease message) =>
        message.Id.Length is > 0 and <= 64 ? new(message.Id, DateTimeOffset.MinValue) : throw new ResourceRefusedException("id: must have 1 to 64 characters");

    /// <summary>What was seen, as it is reported.</summary>
    public static SeenEdge Encode(EdgeRecording edge)
    {
        var message = new SeenEdge
        {
            Caller = edge.Caller,
            Port = edge.Port,
            Connections = (ulong)edge.Connections,
            Refused = (ulong)edge.Refused,
            Ambiguous = (ulong)edge.Ambiguous,
            Unlisted = (ulong)edge.Unlisted,
        };
        foreach (var (key, count) in edge.Operations)
        {
            message.Operations.Add(Encode(key, count));
        }

        return message;
    }

    /// <summary>What was reported. What no sidecar of this version reports is left out, and amounts are those of years at most: a report may say anything.</summary>
    /// <returns><see langword="null"/>: it is about nobody that can be named.</returns>
    public static EdgeRecording? Decode(SeenEdge message)
    {
        if (!Mesh.Model.Identity.SpiffeId.TryParse(message.Caller, out var caller))
        {
            return null;
        }

        var edge = new EdgeRecording(caller.Text, message.Port)
        {
            Connections = Amount(message.Connections),
            Refused = Amount(message.Refused),
            Ambiguous = Amount(message.Ambiguous),
            Unlisted = Amount(message.Unlisted),
        };
        foreach (var operation in message.Operations)
        {
            var key = new OperationKey(operation.Method, operation.Path, operation.Grpc);
            if (key.IsValid)
            {
                edge.Add(key, Decode(operation));
            }
        }

        return edge;
    }

    private static SeenOperation Encode(OperationKey key, OperationCount count)
    {
        var message = new SeenOperation
        {
            Method = key.Method,
            Path = key.Template,
            Grpc = key.IsGrpc,
            Succeeded = (ulong)count.Succeeded,
            ClientErrors = (ulong)count.ClientErrors,
            ServerErrors = (ulong)count.ServerErrors,
            Open = (ulong)count.Open,
        };
        var first = count.Durations.IndexOfAnyExcept(0);
        if (first >= 0)
        {
            message.FirstBucket = (uint)first;
            foreach (var some in count.Durations[first..(count.Durations.LastIndexOfAnyExcept(0) + 1)])
            {
                message.Durations.Add((ulong)some);
            }
        }

        return message;
    }

    private static OperationCount Decode(SeenOperation message)
    {
        var count = new OperationCount
        {
            Succeeded = Amount(message.Succeeded),
            ClientErrors = Amount(message.ClientErrors),
            ServerErrors = Amount(message.ServerErrors),
            Open = Amount(message.Open),
        };
        for (var i = 0; i < message.Durations.Count && message.FirstBucket + (long)i < LatencyBuckets.Count; i++)
        {
            count.AddDuration((int)message.FirstBucket + i, Amount(message.Durations[i]));
        }

        return count;
    }

    private static long Amount(ulong value) => (long)Math.Min(value, 1_000_000_000_000UL);
}
