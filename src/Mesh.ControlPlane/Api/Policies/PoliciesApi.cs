using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Api;

/// <summary>Policies from every source, and writes to those of the API: all or nothing, with history and undo.</summary>
internal static class PoliciesApi
{
    private static readonly Access Read = new(ApiScopes.Read, BrowserSession: true);
    private static readonly Access Write = new(ApiScopes.Apply);

    private const string Instead = "In a cluster policies are objects of its API, which keeps, guards and audits them: kubectl apply -f <file>, kubectl delete.";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/policies", List).WithMetadata(Read);
        api.MapPost("/policies", ApplyAsync).WithMetadata(Write).RefuseInCluster(Instead);
        api.MapPost("/policies/validate", ValidateAsync).WithMetadata(new Access(ApiScopes.Read));
        api.MapGet("/policies/{kind}/{ns}/{name}", Get).WithMetadata(Read);
        api.MapDelete("/policies/{kind}/{ns}/{name}", DeleteAsync).WithMetadata(Write).RefuseInCluster(Instead);
        api.MapGet("/policies/{kind}/{ns}/{name}/history", History).WithMetadata(Read);
        api.MapPost("/policies/{kind}/{ns}/{name}/undo", UndoAsync).WithMetadata(Write).RefuseInCluster(Instead);
    }

    private static IResult List(ConfigurationStore store, MeshCompiler compiler, string? kind, string? @namespace)
    {
        var warnings = compiler.Current?.Warnings.ToLookup(w => w.Resource);
        var policies = store.Current.Resources
            .Where(r => r.Resource is Policy)
            .Where(r => kind is null || r.Resource.Kind.Equals(kind, StringComparison.OrdinalIgnoreCase))
            .Where(r => @namespace is null || r.Resource.Metadata.Namespace == @namespace);
        return Results.Ok(new { policies = policies.Select(p => View(p, p.InForce ? warnings?[p.Resource.Key] : null)) });
    }

    private static IResult Get(HttpContext context, string kind, string ns, string name, ConfigurationStore store, MeshCompiler compiler)
    {
        var key = Key(kind, ns, name);
        var all = store.Current.Resources.Where(r => r.Resource.Key == key).ToArray();
        if (all is not [var first, ..])
        {
            return Problems.NotFound(key.ToString());
        }

        var document = ResourceWriter.Write(first.Resource);
        if (context.Request.Headers.Accept.Any(a => a?.Contains("yaml", StringComparison.OrdinalIgnoreCase) == true))
        {
            return Results.Text(YamlDocumentWriter.Write(document), "application/yaml");
        }

        return Results.Ok(new
        {
            policy = View(first, compiler.Current?.Warnings.Where(w => w.Resource == key)),
            document = JsonNode.Parse(JsonDocumentWriter.Write(document)),
            yaml = YamlDocumentWriter.Write(document),
            sources = all.Select(s => View(s, null)),
        });
    }

    private static async Task<IResult> ValidateAsync(HttpContext context, PolicyTrial trial)
    {
        var request = await PolicyRequest.ReadAsync(context.Request, context.RequestAborted);
        if (!request.Violations.IsEmpty)
        {
            return Refused(request.Violations);
        }

        var tried = trial.Run(request.Changes);
        return tried.Violations.IsEmpty
            ? Results.Ok(new { documents = request.Changes.Select(c => Result(c.Key, "valid", null)), warnings = tried.FindWarnings().Select(SourcesApi.Warning) })
            : Refused(tried.Violations);
    }

    private static async Task<IResult> ApplyAsync(HttpContext context, ConfigurationStore store, AppliedPolicies applied, PolicyTrial trial, MeshCompiler compiler, AuditTrail trail)
    {
        var request = await PolicyRequest.ReadAsync(context.Request, context.RequestAborted);
        if (!request.Violations.IsEmpty)
        {
            trail.Write(ApiCaller.Of(context).Name, "apply", Names(request.Changes), null, null, "refused");
            return Refused(request.Violations);
        }

        // What is there already word for word is no change: it adds nothing to the history.
        var changes = request.Changes.Where(c => applied.Current(c.Key)?.Document != c.Document).ToArray();
        return await CommitAsync(context, "apply", changes, store, applied, trial, compiler, trail, [.. request.Changes.Except(changes).Select(c => c.Key)]);
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, string kind, string ns, string name, ConfigurationStore store, AppliedPolicies applied, PolicyTrial trial, MeshCompiler compiler, AuditTrail trail)
    {
        var key = Key(kind, ns, name);
        if (applied.Current(key) is null)
        {
            return store.Current.Resources.FirstOrDefault(r => r.Resource.Key == key) is { } other
                ? Problems.Of(StatusCodes.Status409Conflict, "Not the API's", $"{key} comes from {other.Source}/{other.File}; remove it there, or apply one of the same name, which is stronger.")
                : Problems.NotFound(key.ToString());
        }

        return await CommitAsync(context, "delete", [new PolicyChange(key, null)], store, applied, trial, compiler, trail, []);
    }

    private static IResult History(string kind, string ns, string name, AppliedPolicies applied)
    {
        var versions = applied.History(Key(kind, ns, name));
        return versions.IsEmpty
            ? Problems.NotFound($"{Key(kind, ns, name)} that was applied over the API")
            : Results.Ok(new
            {
                versions = versions.Reverse().Select(v => new
                {
                    version = v.Version,
                    at = v.At,
                    who = v.Who,
                    action = v.Action,
                    hash = v.Hash,
                    document = v.Document is null ? null : JsonNode.Parse(v.Document),
                }),
            });
    }

    private static async Task<IResult> UndoAsync(HttpContext context, string kind, string ns, string name, ConfigurationStore store, AppliedPolicies applied, PolicyTrial trial, MeshCompiler compiler, AuditTrail trail)
    {
        var key = Key(kind, ns, name);
        return applied.FindUndo(key) is { } change
            ? await CommitAsync(context, "undo", [change], store, applied, trial, compiler, trail, [])
            : Problems.Of(StatusCodes.Status409Conflict, "Nothing to undo", $"{key} has no write over the API that could be undone; of each policy the last {AppliedPolicies.KeptVersions} versions outlive a restart.");
    }

    private static async Task<IResult> CommitAsync(
        HttpContext context,
        string action,
        PolicyChange[] changes,
        ConfigurationStore store,
        AppliedPolicies applied,
        PolicyTrial trial,
        MeshCompiler compiler,
        AuditTrail trail,
        ImmutableArray<ResourceKey> unchanged)
    {
        var who = ApiCaller.Of(context).Name;
        var before = changes.ToDictionary(c => c.Key, c => applied.Current(c.Key)?.Hash);
        ImmutableArray<AppliedVersion> written = [];
        ImmutableArray<CompileWarning> warnings = [];
        if (changes.Length > 0)
        {
            var tried = trial.Run(changes);
            if (!tried.Violations.IsEmpty)
            {
                trail.Write(who, action, Names(changes), null, null, "refused");
                return Refused(tried.Violations);
            }

            var published = compiler.Current is null ? Task.CompletedTask : compiler.Next;
            compiler.Offer(tried.Compilation);
            using (var intent = trail.Begin(who, action, changes.Select(c => (c.Key.ToString(), before[c.Key]))))
            {
                written = store.Write(who, action, changes, tried.Compilation.Stored);
                intent.Done([.. written.Select(v => v.Hash)]);
            }

            // Sidecars are told first.
            await published.WaitAsync(context.RequestAborted);
            warnings = tried.FindWarnings();
        }

        return Results.Ok(new
        {
            documents = written.Select(v => Result(v.Key, v.Hash is null ? "removed" : before[v.Key] is null ? "created" : "changed", v.Version))
                .Concat(unchanged.Select(k => Result(k, "unchanged", null))),
            warnings = warnings.Select(SourcesApi.Warning),
        });
    }

    private static IResult Refused(ImmutableArray<DocumentViolation> violations) =>
        Problems.Of(StatusCodes.Status422UnprocessableEntity, "Refused", $"Nothing was written: {violations.Length} {(violations.Length == 1 ? "thing is" : "things are")} wrong.", violations);

    private static object Result(ResourceKey key, string result, long? version) =>
        new { kind = key.Kind, @namespace = key.Namespace, name = key.Name, result, version };

    private static string Names(IEnumerable<PolicyChange> changes) => string.Join(", ", changes.Select(c => c.Key));

    private static ResourceKey Key(string kind, string ns, string name) =>
        new(ResourceReader.KindNames.FirstOrDefault(k => k.Equals(kind, StringComparison.OrdinalIgnoreCase)) ?? kind, ns, name);

    private static object View(StoredResource stored, IEnumerable<CompileWarning>? warnings) => new
    {
        kind = stored.Resource.Kind,
        @namespace = stored.Resource.Metadata.Namespace,
        name = stored.Resource.Metadata.Name,
        source = stored.Source,
        file = stored.File,
        location = stored.Resource.Origin.Location,
        status = stored.InForce && stored.Resource is Policy { IsRehearsed: true } ? "rehearsed" : stored.InForce ? "in force" : $"shadowed by {stored.ShadowedBy}",
        inForce = stored.InForce,
        shadowedBy = stored.ShadowedBy,
        hash = ContentHash.Of(JsonDocumentWriter.Write(ResourceWriter.Write(stored.Resource))),
        warnings = warnings?.Select(SourcesApi.Warning) ?? [],
    };
}
