using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// The policies that were applied over the API: a journal in the state directory, one line for each write, flushed to the disk before the write is answered. A line that a crash left half
/// written is no line. Every version stays, so that a policy has a history and a write can be undone.
/// </summary>
internal sealed partial class AppliedPolicies : IDisposable
{
    private const string FileName = "policies.jsonl";

    /// <summary>Versions of one policy that outlive a restart.</summary>
    public const int KeptVersions = 50;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly FileStream _file;
    private readonly Dictionary<ResourceKey, ImmutableList<AppliedVersion>> _versions = [];
    private ImmutableArray<DeclaredResource> _resources;
    private long _last;

    public AppliedPolicies(StateDirectory state, TimeProvider time, ILogger<AppliedPolicies> logger)
    {
        _time = time;
        foreach (var entry in ReadLines(state, logger).SelectMany(line => line))
        {
            Keep(entry);
        }

        Compact(state);
        _file = state.OpenAppend(FileName);
        _resources = Read(logger);
    }

    /// <summary>The policies that are in force.</summary>
    public ImmutableArray<DeclaredResource> Resources
    {
        get
        {
            lock (_lock)
            {
                return _resources;
            }
        }
    }

    /// <summary>All versions of a policy, the oldest first.</summary>
    public ImmutableList<AppliedVersion> History(ResourceKey key)
    {
        lock (_lock)
        {
            return _versions.GetValueOrDefault(key, []);
        }
    }

    /// <summary>What a policy is now; <see langword="null"/>: the API says nothing about it.</summary>
    public AppliedVersion? Current(ResourceKey key) => History(key) is [.., { Document: not null } last] ? last : null;

    /// <summary>The resources as they would be after changes.</summary>
    public ImmutableArray<DeclaredResource> With(IEnumerable<PolicyChange> changes)
    {
        ImmutableArray<DeclaredResource> resources;
        long version;
        lock (_lock)
        {
            (resources, version) = (_resources, _last);
        }

        var byKey = resources.ToDictionary(r => r.Key);
        foreach (var change in changes)
        {
            byKey.Remove(change.Key);

            // The version that the write will give it, so that origins are the same then.
            version++;
            if (change.Document is not null && Read(change.Key, change.Document, version) is { } resource)
            {
                byKey[change.Key] = resource;
            }
        }

        return [.. byKey.Values.OrderBy(r => r.Key)];
    }

    /// <summary>What an undo of the last write to a policy would write; <see langword="null"/>: there is nothing to undo, or what it would bring back is kept no longer.</summary>
    public PolicyChange? FindUndo(ResourceKey key)
    {
        var versions = History(key);
        if (versions is not [.., var last])
        {
            return null;
        }

        if (last.Previous is not { } previous)
        {
            return last.Document is null ? null : new PolicyChange(key, null);
        }

        // A version that is not kept said something that nobody knows any more: that is not the same as nothing, and must not take a denial away.
        return versions.Find(v => v.Version == previous) is { } found ? new PolicyChange(key, found.Document) : null;
    }

    /// <summary>Writes changes, all or none.</summary>
    public ImmutableArray<AppliedVersion> Write(string who, string action, IReadOnlyCollection<PolicyChange> changes)
    {
        lock (_lock)
        {
            var entries = ImmutableArray.CreateBuilder<AppliedVersion>(changes.Count);
            foreach (var change in changes)
            {
                var last = _versions.GetValueOrDefault(change.Key)?[^1];
                var previous = action == "undo" ? Find(change.Key, last?.Previous)?.Previous : last?.Version;
                entries.Add(new AppliedVersion(++_last, _time.GetUtcNow(), who, action, change.Key, change.Document, previous));
            }

            var written = entries.ToImmutable();
            Append(Line(written));
            foreach (var entry in written)
            {
                Keep(entry);
            }

            _resources = Read(logger: null);
            return written;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private void Append(byte[] line)
    {
        var length = _file.Length;
        try
        {
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Half a line would swallow the next one.
            _file.SetLength(length);
            throw;
        }
    }

    private AppliedVersion? Find(ResourceKey key, long? version) => _versions.GetValueOrDefault(key)?.Find(v => v.Version == version);

    private void Keep(AppliedVersion entry)
    {
        _versions[entry.Key] = _versions.GetValueOrDefault(entry.Key, []).Add(entry);
        _last = Math.Max(_last, entry.Version);
    }

    private void Compact(StateDirectory state)
    {
        var all = _versions.Values.Sum(v => v.Count);
        foreach (var (key, versions) in _versions.ToArray())
        {
            _versions[key] = versions.Count > KeptVersions ? versions.GetRange(versions.Count - KeptVersions, KeptVersions) : versions;
        }

        if (_versions.Values.Sum(v => v.Count) < all)
        {
            state.Write(FileName, [.. _versions.Values.SelectMany(v => v).OrderBy(v => v.Version).SelectMany(v => Line([v]))]);
        }
    }

    private ImmutableArray<DeclaredResource> Read(ILogger? logger)
    {
        var resources = ImmutableArray.CreateBuilder<DeclaredResource>();
        foreach (var (key, versions) in _versions.OrderBy(v => v.Key))
        {
            if (versions[^1] is { Document: { } document } last)
            {
                if (Read(key, document, last.Version) is { } resource)
                {
                    resources.Add(resource);
                }
                else if (logger is not null)
                {
                    Log.PolicyUnreadable(logger, key, last.Version);
                }
            }
        }

        return resources.ToImmutable();
    }

    private static DeclaredResource? Read(ResourceKey key, string document, long version)
    {
        var read = JsonDocumentReader.Read(document, $"api/{key.Kind}/{key.QualifiedName}@{version}");
        return read.Documents is [var only] ? GuardedReader.Resource(only) : null;
    }

    // A line is its content, a blank and a checksum, so that half a line is known for what it is.
    private static byte[] Line(ImmutableArray<AppliedVersion> entries)
    {
        var content = JsonSerializer.Serialize(entries, JsonSerializerOptions.Web);
        return Encoding.UTF8.GetBytes($"{content} {ContentHash.Of(content)}\n");
    }

    private static IEnumerable<ImmutableArray<AppliedVersion>> ReadLines(StateDirectory state, ILogger logger)
    {
        if (state.TryRead(FileName) is not { } bytes)
        {
            yield break;
        }

        var good = 0;
        var text = Encoding.UTF8.GetString(bytes);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = line.LastIndexOf(' ');
            if (at < 0 || ContentHash.Of(line[..at]) != line[(at + 1)..])
            {
                Log.LineDropped(logger, FileName, good + 1);
                continue;
            }

            good++;
            yield return JsonSerializer.Deserialize<ImmutableArray<AppliedVersion>>(line[..at], JsonSerializerOptions.Web);
        }

        if (text.Length > 0 && text[^1] != '\n')
        {
            // The next write must not continue the half line.
            using var file = state.OpenAppend(FileName);
            file.Write("\n"u8);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2210, LogLevel.Error, "Line {Line} of {File} is not whole and is left out; a crash during a write leaves such a line, which was never answered.", EventName = nameof(LineDropped))]
        public static partial void LineDropped(ILogger logger, string file, int line);

        [LoggerMessage(2211, LogLevel.Error, "{Key} version {Version}, applied over the API, cannot be read by this version of Mesh and is not in force; apply it again or undo it.", EventName = nameof(PolicyUnreadable))]
        public static partial void PolicyUnreadable(ILogger logger, ResourceKey key, long version);
    }
}
