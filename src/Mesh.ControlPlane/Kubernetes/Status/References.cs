using System.Collections.Frozen;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Compilation;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Kubernetes.Status;

/// <summary>Whether what a document names is there, in the words of Gateway API's conditions (<c>ResolvedRefs</c>, and of <c>Accepted</c> those about targets).</summary>
internal static class References
{
    /// <summary>The type of the condition.</summary>
    public const string Type = "ResolvedRefs";

    // What sends requests on: the others name targets, of which Accepted speaks.
    private static readonly FrozenSet<string> Kinds = KindDescription.All.Where(k => k.IsRoute).Select(k => k.Kind).Append(ServiceResource.KindName).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What is said of what it sends requests to; <see langword="null"/>: nothing, as it is another kind.</summary>
    public static (bool Holds, string Reason, string Message)? Of(ResourceKey key, CompilationState state)
    {
        if (!Kinds.Contains(key.Kind))
        {
            return null;
        }

        var wrong = Said(key, state, WarningReason.BackendNotFound, WarningReason.UnsupportedProtocol);
        return wrong is null ? (true, Type, "All that it names is there.") : (false, wrong.Value.Reason, wrong.Value.Message);
    }

    /// <summary>Why nobody does anything because of a document that is right in itself; <see langword="null"/>: there is no reason that Gateway API has a word for.</summary>
    public static (string Reason, string Message)? Unattached(ResourceKey key, CompilationState state) => Said(key, state, WarningReason.Conflicted, WarningReason.TargetNotFound);

    // The first reason that there is stands for all.
    private static (string Reason, string Message)? Said(ResourceKey key, CompilationState state, params WarningReason[] reasons)
    {
        var found = state.Warnings.Where(w => w.Resource == key && reasons.Contains(w.Reason)).OrderBy(w => Array.IndexOf(reasons, w.Reason)).ToList();
        return found.Count == 0 ? null : (found[0].Reason.ToString(), string.Join("; ", found.Select(w => $"{w.Rule.Id} {w.Path}: {w.Message}")));
    }
}
