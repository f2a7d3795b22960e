using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Mesh.Testing.Kubernetes;

/// <summary>The objects of the fake API server and their changes.</summary>
public sealed class FakeObjects
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (FakePath Path, JsonObject Object)> _objects = new(StringComparer.Ordinal);
    private readonly List<FakeChange> _changes = [];
    private readonly List<(Channel<FakeChange?> Channel, string Resource)> _watches = [];
    private long _version = 100;
    private long _forgotten;

    /// <summary>Whether kinds of mesh.dev are there only once their definition is. Default: they always are.</summary>
    public bool NeedsDefinitions { get; set; }

    /// <summary>The version of the last change.</summary>
    public string Version
    {
        get
        {
            lock (_lock)
            {
                return Text(_version);
            }
        }
    }

    /// <summary>Whether somebody watches objects of a kind, by its plural.</summary>
    public bool IsWatched(string resource) => WatchesOf(resource) > 0;

    /// <summary>How many watch objects of a kind, by its plural.</summary>
    public int WatchesOf(string resource)
    {
        lock (_lock)
        {
            return _watches.Count(w => w.Resource == resource);
        }
    }

    /// <summary>One object, a copy; <see langword="null"/>: there is none.</summary>
    /// <param name="path">Such as <c>api/v1/namespaces/shop/pods/orders-1</c>.</param>
    public JsonObject? Find(string path)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(Key(FakePath.Parse(path)!), out var found) ? Copy(found.Object) : null;
        }
    }

    /// <summary>Makes an object, or replaces it whatever its version; the status of ours stays unless another one is given.</summary>
    /// <param name="path">The object's path.</param>
    /// <param name="json">The object, its name and namespace may be left out.</param>
    public void Put(string path, string json)
    {
        lock (_lock)
        {
            var parsed = FakePath.Parse(path)!;
            var body = (JsonObject)JsonNode.Parse(json)!;
            Write(parsed, body, _objects.TryGetValue(Key(parsed), out var before) ? before.Object : null, keepsStatus: HasStatus(parsed) && !body.ContainsKey("status"));
        }
    }

    /// <summary>Takes an object away.</summary>
    public void Delete(string path) => Answer("DELETE", path, new QueryCollection(), null, "");

    /// <summary>Ends every open watch, as a server does now and then.</summary>
    public void EndWatches()
    {
        lock (_lock)
        {
            _watches.ForEach(w => w.Channel.Writer.TryComplete());
            _watches.Clear();
        }
    }

    /// <summary>Tells every open watch the newest version without a change.</summary>
    public void SendBookmarks()
    {
        lock (_lock)
        {
            _watches.ForEach(w => w.Channel.Writer.TryWrite(null));
        }
    }

    /// <summary>Forgets changes: who goes on from an older version is told that it is gone.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _version++;
            _forgotten = _version;
            _changes.Clear();
        }
    }

    internal bool Serves(FakePath path)
    {
        lock (_lock)
        {
            return !NeedsDefinitions || !path.GroupVersion.StartsWith("mesh.dev/", StringComparison.Ordinal) || _objects.ContainsKey($"apiextensions.k8s.io/v1/customresourcedefinitions//{path.Resource}.mesh.dev");
        }
    }

    internal FakeAnswer Answer(string method, string path, IQueryCollection query, JsonObject? body, string contentType)
    {
        if (FakePath.Parse(path) is not { } parsed || !Serves(parsed))
        {
            return FakeAnswer.Refusal(HttpStatusCode.NotFound, "the server could not find the requested resource");
        }

        lock (_lock)
        {
            return (method, parsed.Name) switch
            {
                ("GET", null) => List(parsed, query),
                ("POST", null) => Create(parsed, body!),
                ("GET", _) => WithObject(parsed, (_, found) => FakeAnswer.Ok(Copy(found))),
                ("PUT", _) => WithObject(parsed, (key, found) => Replace(key, found, body!)),
                ("PATCH", _) => WithObject(parsed, (key, found) => Replace(key, found, FakeMerge.Apply(Copy(found), body!), contentType)),
                ("DELETE", _) => WithObject(parsed, Remove),
                _ => FakeAnswer.Refusal(HttpStatusCode.MethodNotAllowed, $"the server does not allow {method}"),
            };
        }
    }

    /// <summary>Changes from a version on; <see langword="null"/> in the channel is a bookmark, no channel a version that is forgotten.</summary>
    internal Channel<FakeChange?>? Watch(string resource, long version)
    {
        lock (_lock)
        {
            if (version < _forgotten)
            {
                return null;
            }

            var channel = Channel.CreateUnbounded<FakeChange?>();
            foreach (var change in _changes.Where(c => c.Version > version))
            {
                channel.Writer.TryWrite(change);
            }

            _watches.Add((channel, resource));
            return channel;
        }
    }

    internal void EndWatch(Channel<FakeChange?> watch)
    {
        lock (_lock)
        {
            _watches.RemoveAll(w => w.Channel == watch);
        }
    }

    private FakeAnswer List(FakePath path, IQueryCollection query)
    {
        var selection = FakeSelection.Of(path, query);
        var all = _objects.Values.Where(o => selection.Matches(o.Path.GroupVersion, o.Path.Resource, o.Object)).Select(o => Copy(o.Object)).ToArray();
        var from = int.TryParse(query["continue"], CultureInfo.InvariantCulture, out var start) ? start : 0;
        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue;
        var metadata = new JsonObject { ["resourceVersion"] = Text(_version) };
        if (all.Length - from > limit)
        {
            metadata["continue"] = Text(from + limit);
        }

        return FakeAnswer.Ok(new JsonObject
        {
            ["kind"] = "List",
            ["apiVersion"] = path.GroupVersion,
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. all.Skip(from).Take(limit)]),
        });
    }

    private FakeAnswer Create(FakePath path, JsonObject body)
    {
        var named = path with { Name = (string?)body["metadata"]?["name"] };
        if (_objects.ContainsKey(Key(named)))
        {
            return FakeAnswer.Refusal(HttpStatusCode.Conflict, $"{path.Resource} \"{named.Name}\" already exists", "AlreadyExists");
        }

        if (HasStatus(path))
        {
            body.Remove("status");
        }

        return new FakeAnswer(HttpStatusCode.Created, Write(named, body, null, keepsStatus: false));
    }

    private FakeAnswer WithObject(FakePath path, Func<FakePath, JsonObject, FakeAnswer> answer) => _objects.TryGetValue(Key(path), out var found)
        ? answer(path, found.Object)
        : FakeAnswer.Refusal(HttpStatusCode.NotFound, $"{path.Resource} \"{path.Name}\" not found");

    private FakeAnswer Replace(FakePath path, JsonObject found, JsonObject body, string contentType = "application/json")
    {
        if (!contentType.Contains("merge-patch", StringComparison.Ordinal) && !contentType.StartsWith("application/json", StringComparison.Ordinal))
        {
            return FakeAnswer.Refusal(HttpStatusCode.UnsupportedMediaType, $"{contentType} is not understood here");
        }

        if ((string?)body["metadata"]?["resourceVersion"] is { Length: > 0 } seen && seen != (string?)found["metadata"]!["resourceVersion"])
        {
            return FakeAnswer.Refusal(HttpStatusCode.Conflict, $"Operation cannot be fulfilled on {path.Resource} \"{path.Name}\": the object has been modified");
        }

        if (path.Subresource == "status")
        {
            var whole = Copy(found);
            whole["status"] = body["status"]?.DeepClone();
            return FakeAnswer.Ok(Write(path, whole, found, keepsStatus: false));
        }

        return FakeAnswer.Ok(Write(path, Copy(body), found, HasStatus(path)));
    }

    private FakeAnswer Remove(FakePath path, JsonObject found)
    {
        _objects.Remove(Key(path));
        var last = Copy(found);
        last["metadata"]!["resourceVersion"] = Text(++_version);
        Tell("DELETED", path, last);
        return FakeAnswer.Ok(Copy(last));
    }

    private JsonObject Write(FakePath path, JsonObject body, JsonObject? before, bool keepsStatus)
    {
        if (keepsStatus)
        {
            body.Remove("status");
            if (before?["status"] is { } status)
            {
                body["status"] = status.DeepClone();
            }
        }

        if (body["metadata"] is not JsonObject metadata)
        {
            body["metadata"] = metadata = [];
        }

        var generation = (long?)before?["metadata"]?["generation"] ?? 0;
        if (before is null || !JsonNode.DeepEquals(body["spec"], before["spec"]))
        {
            generation++;
        }

        metadata["name"] = path.Name;
        metadata["uid"] = (string?)before?["metadata"]?["uid"] ?? (string?)metadata["uid"] ?? Guid.NewGuid().ToString();
        metadata["generation"] = generation;
        if (path.Namespace is not null)
        {
            metadata["namespace"] = path.Namespace;
        }

        metadata.Remove("resourceVersion");
        if (before is not null)
        {
            var old = Copy(before);
            ((JsonObject)old["metadata"]!).Remove("resourceVersion");
            if (JsonNode.DeepEquals(old, body))
            {
                // As a real one: nothing changed, so nothing is told.
                return Copy(before);
            }
        }

        metadata["resourceVersion"] = Text(++_version);
        _objects[Key(path)] = (path with { Subresource = null }, body);
        Tell(before is null ? "ADDED" : "MODIFIED", path, body);
        return Copy(body);
    }

    private void Tell(string kind, FakePath path, JsonObject o)
    {
        var change = new FakeChange(_version, kind, path.GroupVersion, path.Resource, Copy(o));
        _changes.Add(change);
        _watches.ForEach(w => w.Channel.Writer.TryWrite(change));
    }

    private static bool HasStatus(FakePath path) => path.GroupVersion.StartsWith("mesh.dev/", StringComparison.Ordinal);

    private static string Key(FakePath path) => $"{path.GroupVersion}/{path.Resource}/{path.Namespace}/{path.Name}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Copy(JsonObject o) => (JsonObject)o.DeepClone();
}
