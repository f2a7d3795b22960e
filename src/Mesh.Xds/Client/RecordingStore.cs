using Mesh.Model.Recording;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>Whether somebody records, apart from the configuration, as <see cref="FaultStore"/>.</summary>
internal sealed class RecordingStore(IConfigurationSink sink, TimeProvider time)
{
    private (XdsResource Resource, RecordingOrder Order)? _held;
    private bool _changed;

    /// <summary>What has not ended.</summary>
    public IEnumerable<XdsResource> Live => _held is { } held && held.Order.EndsAt > time.GetUtcNow() ? [held.Resource] : [];

    /// <summary>Takes one, in place of the one before.</summary>
    /// <exception cref="ResourceRefusedException">It is not readable, or would never end.</exception>
    public void Take(XdsResource resource)
    {
        var order = (RecordingOrder)ResourceDecoder.Decode(resource);
        var left = resource.TimeToLive ?? throw new ResourceRefusedException("ttl: missing; a recording has to end by itself");
        if (left > RecordingOrder.Longest)
        {
            throw new ResourceRefusedException($"ttl: {left} is longer than a recording may live");
        }

        _held = (resource, order with { EndsAt = time.GetUtcNow() + left });
        _changed = true;
    }

    /// <summary>Ends it.</summary>
    public void Remove(string name)
    {
        if (_held?.Resource.Name == name)
        {
            _held = null;
            _changed = true;
        }
    }

    /// <summary>Tells the sink, if anything changed.</summary>
    public void Settle()
    {
        if (_changed)
        {
            _changed = false;
            sink.OnRecording(_held?.Order);
        }
    }
}
