using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>The status of every resource, written by the client's task and read by anyone.</summary>
internal sealed class StatusBoard(NodeId node, TimeProvider time)
{
    private readonly HashSet<(string TypeUrl, string Name)> _refused = [];
    private ImmutableSortedDictionary<(string TypeUrl, string Name), ResourceStatus> _all = ImmutableSortedDictionary<(string, string), ResourceStatus>.Empty;

    /// <summary>Every refusal that still stands, one a line; <see langword="null"/>: none.</summary>
    public string? Refusals => _refused.Count == 0 ? null : string.Join(
        '\n', _refused.Select(key => $"{TypeUrls.ShortName(key.TypeUrl)} {key.Name}: {_all[key].Error}").Order(StringComparer.Ordinal));

    public bool IsRefused(string typeUrl, string name) => _all.GetValueOrDefault((typeUrl, name))?.State == ResourceState.Nacked;

    public void Requested(string typeUrl, IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => !_all.ContainsKey((typeUrl, name))))
        {
            Set(typeUrl, name, new(ResourceState.Requested, "", time.GetUtcNow()));
        }
    }

    public void Acked(XdsResource resource) => Set(resource.TypeUrl, resource.Name, new(ResourceState.Acked, resource.Version, time.GetUtcNow()));

    public void Nacked(XdsResource resource, string error)
    {
        var before = _all.GetValueOrDefault((resource.TypeUrl, resource.Name));
        Set(resource.TypeUrl, resource.Name, new(ResourceState.Nacked, before?.Version ?? "", time.GetUtcNow(), error, resource.Version));
    }

    public void Removed(string typeUrl, string name, bool wanted)
    {
        if (wanted)
        {
            Set(typeUrl, name, new(ResourceState.DoesNotExist, "", time.GetUtcNow()));
        }
        else
        {
            Forget(typeUrl, name);
        }
    }

    public void Forget(string typeUrl, string name)
    {
        _all = _all.Remove((typeUrl, name));
        _refused.Remove((typeUrl, name));
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("node");
        writer.WriteString("id", node.ToString());
        writer.WriteEndObject();
        writer.WriteStartArray("genericXdsConfigs");
        foreach (var ((typeUrl, name), status) in _all)
        {
            writer.WriteStartObject();
            writer.WriteString("typeUrl", typeUrl);
            writer.WriteString("name", name);
            writer.WriteString("versionInfo", status.Version);
            writer.WriteString("lastUpdated", status.UpdatedAt);
            writer.WriteString("clientStatus", Word(status.State));
            if (status.Error is not null)
            {
                writer.WriteStartObject("errorState");
                writer.WriteString("versionInfo", status.RefusedVersion);
                writer.WriteString("details", status.Error);
                writer.WriteString("lastUpdateAttempt", status.UpdatedAt);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Word(ResourceState state) => state switch
    {
        ResourceState.Requested => "REQUESTED",
        ResourceState.DoesNotExist => "DOES_NOT_EXIST",
        ResourceState.Acked => "ACKED",
        _ => "NACKED",
    };

    private void Set(string typeUrl, string name, ResourceStatus status)
    {
        _all = _all.SetItem((typeUrl, name), status);
        if (status.State == ResourceState.Nacked)
        {
            _refused.Add((typeUrl, name));
        }
        else
        {
            _refused.Remove((typeUrl, name));
        }
    }
}
