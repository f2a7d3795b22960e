using Envoy.Config.Core.V3;
using Google.Protobuf;
using Grpc.Core;

namespace Mesh.Proxy.Relay;

/// <summary>A client's request, of which the relay knows node and type; the rest passes as it is, fields that nobody here knows included.</summary>
internal sealed class RequestEnvelope
{
    private readonly byte[] _message;
    private readonly RelayMethod _method;
    private readonly List<Range> _rest = [];

    private RequestEnvelope(byte[] message, RelayMethod method)
    {
        _message = message;
        _method = method;
    }

    /// <summary>The request as it came.</summary>
    public byte[] Message => _message;

    /// <summary>Who the client says it is; <see langword="null"/>: it does not say, as in every request but a stream's first.</summary>
    public Node? Node { get; private set; }

    /// <summary>What it asks for; empty where it does not say.</summary>
    public string TypeUrl { get; private set; } = "";

    /// <summary>Reads a request.</summary>
    /// <exception cref="RelayFault">It is no message.</exception>
    public static RequestEnvelope Read(byte[] message, RelayMethod method)
    {
        var envelope = new RequestEnvelope(message, method);
        try
        {
            envelope.Read();
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RelayFault(StatusCode.InvalidArgument, $"The request cannot be read: {e.Message}");
        }

        return envelope;
    }

    /// <summary>The request with another node.</summary>
    /// <param name="node">Who the control plane is told that it is. <see langword="null"/>: the request shall bring none.</param>
    public byte[] With(Node? node)
    {
        if (node is null && Node is null)
        {
            return _message;
        }

        var size = node is null ? 0 : CodedOutputStream.ComputeTagSize(_method.NodeField) + CodedOutputStream.ComputeMessageSize(node);
        foreach (var part in _rest)
        {
            size += part.GetOffsetAndLength(_message.Length).Length;
        }

        var stamped = new byte[size];
        using var output = new CodedOutputStream(stamped);
        if (node is not null)
        {
            output.WriteTag(_method.NodeField, WireFormat.WireType.LengthDelimited);
            output.WriteMessage(node);
        }

        var at = (int)output.Position;
        foreach (var part in _rest)
        {
            var bytes = _message.AsSpan(part);
            bytes.CopyTo(stamped.AsSpan(at));
            at += bytes.Length;
        }

        return stamped;
    }

    private void Read()
    {
        using var input = new CodedInputStream(_message);
        while (true)
        {
            var from = (int)input.Position;
            var tag = input.ReadTag();
            if (tag == 0)
            {
                return;
            }

            var field = WireFormat.GetTagFieldNumber(tag);
            var isBytes = WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited;
            if (field == _method.NodeField && isBytes)
            {
                // A field that comes twice is merged: what is left out here cannot come back by a second one.
                Node ??= new Node();
                input.ReadMessage(Node);
                continue;
            }

            if (field == _method.TypeField && isBytes)
            {
                TypeUrl = input.ReadString();
            }
            else
            {
                input.SkipLastField();
            }

            _rest.Add(from..(int)input.Position);
        }
    }
}
