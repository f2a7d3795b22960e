using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>What one stream wants of one type, and what its client has of it.</summary>
internal sealed class TypeSubscription(string typeUrl)
{
    /// <summary>Stands for a version where the client was told that there is no such resource.</summary>
    private const string Absent = "";

    private readonly Dictionary<string, string> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private IReadOnlyList<XdsResource> _inFlight = [];

    public string TypeUrl => typeUrl;

    public bool Requested { get; private set; }

    public bool Wildcard { get; private set; }

    /// <summary>The names subscribed to one by one.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>The nonce of the response that the client has not answered yet; at most one.</summary>
    public string? Unanswered { get; private set; }

    /// <summary>The nonce of the last response, answered or not; <see langword="null"/>: nothing was sent on this stream.</summary>
    public string? LastNonce { get; private set; }

    /// <summary>Whether the client has to be told that there is nothing at all: it has nothing, asked for everything, and would wait for ever.</summary>
    public bool IsEmptyAnswerDue { get; private set; }

    /// <summary>The version of the unanswered response.</summary>
    public string UnansweredVersion { get; private set; } = "";

    /// <summary>Takes what a request says about the subscription.</summary>
    /// <param name="subscribe">Names that are wanted, <c>*</c> for all; nothing in a first request is all as well, where the type has that.</param>
    /// <param name="unsubscribe">Names that are wanted no longer.</param>
    /// <param name="held">Versions by name that the client has; looked at in the first request only.</param>
    public (IReadOnlyList<string> Added, IReadOnlyList<string> Removed) Update(
        IReadOnlyCollection<string> subscribe, IEnumerable<string> unsubscribe, IEnumerable<KeyValuePair<string, string>> held)
    {
        if (!Requested)
        {
            Requested = true;
            Wildcard = TypeUrls.HasWildcard(typeUrl) && subscribe.Count == 0;
            foreach (var (name, version) in held)
            {
                _sent[name] = version;
            }
        }
        else
        {
            // A client that subscribes again to what it has wants it again, unless it has just refused this very content.
            foreach (var name in subscribe.Where(_names.Contains))
            {
                Forget(name);
            }
        }

        var added = new List<string>();
        foreach (var name in subscribe)
        {
            if (name == "*" && TypeUrls.HasWildcard(typeUrl))
            {
                Wildcard = true;
            }
            else if (_names.Add(name))
            {
                added.Add(name);
            }
        }

        var removed = new List<string>();
        foreach (var name in unsubscribe)
        {
            if (name == "*")
            {
                Wildcard = false;
            }
            else if (_names.Remove(name))
            {
                removed.Add(name);
            }
        }

        DropUnwanted();
        // Nobody waits for a fault, or for somebody to record.
        IsEmptyAnswerDue = LastNonce is null && Wildcard && _sent.Count == 0 && !TypeUrls.IsLeased(typeUrl);
        return (added, removed);
    }

    /// <summary>Marks resources as what the client has.</summary>
    public void Hold(IEnumerable<XdsResource> resources)
    {
        foreach (var resource in resources)
        {
            _sent[resource.Name] = resource.Version;
            IsEmptyAnswerDue = false;
        }
    }

    /// <summary>Whether the client was sent a resource of this name that it still wants, and was not told that it is gone.</summary>
    public bool Holds(string name) => _sent.TryGetValue(name, out var version) && version != Absent;

    /// <summary>A hash of all that the client has: of the same, the same in every process.</summary>
    public string HeldVersion() => ResourceSet.VersionOf(_sent.Where(resource => resource.Value != Absent).Select(resource => (resource.Key, resource.Value)));

    /// <summary>Makes a resource be sent again although it did not change.</summary>
    public void Forget(string name)
    {
        if (!_sent.TryGetValue(name, out var version) || _refused.GetValueOrDefault(name) != version)
        {
            _sent.Remove(name);
        }
    }

    /// <summary>Whether the client lacks this version.</summary>
    public bool Lacks(XdsResource resource) => _sent.GetValueOrDefault(resource.Name) != resource.Version;

    /// <summary>What there is of what the subscription names.</summary>
    public IEnumerable<XdsResource> Wanted(ResourceSet set) => Wildcard
        ? set.ByName.Values.Concat(_names.Where(name => !set.ByName.ContainsKey(name)).Select(set.Find).OfType<XdsResource>())
        : _names.Select(set.Find).OfType<XdsResource>();

    public IEnumerable<XdsResource> Additions(ResourceSet set) => Wanted(set).Where(Lacks);

    /// <summary>What the client has, or asked for, and is not there.</summary>
    public IEnumerable<string> Removals(ResourceSet set)
    {
        var had = Wildcard ? _sent.Keys.Union(_names, StringComparer.Ordinal) : _names;
        return had.Where(name => set.Find(name) is null && _sent.GetValueOrDefault(name) != Absent);
    }

    /// <summary>Notes what is sent, and that an answer is due.</summary>
    public void Sending(string nonce, string version, IReadOnlyList<XdsResource> resources, IEnumerable<string> removed)
    {
        foreach (var resource in resources)
        {
            _sent[resource.Name] = resource.Version;
        }

        foreach (var name in removed)
        {
            if (_names.Contains(name))
            {
                _sent[name] = Absent;
            }
            else
            {
                _sent.Remove(name);
            }
        }

        IsEmptyAnswerDue = false;
        _inFlight = resources;
        Unanswered = nonce;
        LastNonce = nonce;
        UnansweredVersion = version;
    }

    /// <summary>Whether the client has refused something that it wants and that is still there as it was then.</summary>
    public bool HasRefused(ResourceSet set) => _refused.Any(refused => (Wildcard || _names.Contains(refused.Key)) && set.Find(refused.Key)?.Version == refused.Value);

    /// <summary>Notes the answer. What was refused is never sent again on this stream, whatever the client asks.</summary>
    /// <param name="error">Why something was refused; <see langword="null"/>: nothing was.</param>
    public void Answered(string? error)
    {
        var refused = error is null ? [] : RefusedBy(error);
        foreach (var resource in _inFlight)
        {
            if (refused.Contains(resource.Name))
            {
                _refused[resource.Name] = resource.Version;
            }
            else
            {
                _refused.Remove(resource.Name);
            }
        }

        _inFlight = [];
        Unanswered = null;
    }

    // Our sidecars take what they understand of a response, and name what they refuse, a line for each error. Where anything else is said, all of it may be refused.
    private HashSet<string> RefusedBy(string error)
    {
        var named = error.Split('\n').Select(line => _inFlight.FirstOrDefault(resource => line.StartsWith($"{resource.Name}: ", StringComparison.Ordinal))?.Name).ToArray();
        return named.Contains(null) ? [.. _inFlight.Select(resource => resource.Name)] : [.. named.OfType<string>()];
    }

    /// <summary>A client that no longer wants something does not keep it either.</summary>
    private void DropUnwanted()
    {
        if (Wildcard)
        {
            return;
        }

        foreach (var name in _sent.Keys.Where(name => !_names.Contains(name)).ToArray())
        {
            _sent.Remove(name);
        }
    }
}
