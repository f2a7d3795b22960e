using Mesh.Model.Policies.Fault;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>
/// The faults that were asked for, apart from the configuration: they refer to nothing, are kept on no disk, and each ends when its time to live is over by this side's
/// clock, whether or not the control plane is there to say so.
/// </summary>
internal sealed class FaultStore(IConfigurationSink sink, TimeProvider time)
{
    private readonly Dictionary<string, HeldFault> _held = new(StringComparer.Ordinal);
    private bool _changed;

    /// <summary>What has not ended.</summary>
    public IEnumerable<XdsResource> Live => _held.Values.Where(held => held.Rule.EndsAt > time.GetUtcNow()).Select(held => held.Resource);

    /// <summary>Takes one.</summary>
    /// <exception cref="ResourceRefusedException">It is not readable, or would never end.</exception>
    public void Take(XdsResource resource)
    {
        var rule = (FaultRule)ResourceDecoder.Decode(resource);
        var left = resource.TimeToLive ?? throw new ResourceRefusedException("ttl: missing; a fault has to end by itself");
        if (left > FaultRequest.Longest)
        {
            throw new ResourceRefusedException($"ttl: {left} is longer than a fault may live");
        }

        _held[resource.Name] = new(resource, rule with { EndsAt = time.GetUtcNow() + left });
        _changed = true;
    }

    /// <summary>Ends one.</summary>
    public void Remove(string name) => _changed |= _held.Remove(name);

    /// <summary>Tells the sink, if anything changed.</summary>
    public void Settle()
    {
        if (!_changed)
        {
            return;
        }

        _changed = false;
        var now = time.GetUtcNow();
        foreach (var ended in _held.Values.Where(held => held.Rule.EndsAt <= now).ToArray())
        {
            _held.Remove(ended.Resource.Name);
        }

        sink.OnFaults([.. _held.Values.Select(held => held.Rule).OrderBy(rule => rule.Name, StringComparer.Ordinal)]);
    }

    private sealed record HeldFault(XdsResource Resource, FaultRule Rule);
}
