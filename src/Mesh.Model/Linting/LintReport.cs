using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Linting;

/// <summary>Collects what lint rules find, each once.</summary>
internal sealed class LintReport
{
    private readonly List<CompileWarning> _found = [];
    private readonly HashSet<ResourceKey> _resources = [];
    private readonly HashSet<(string Rule, string Where, string Message)> _known = [];

    /// <summary>What was found, in the order of the documents.</summary>
    public ImmutableArray<CompileWarning> Findings => [.. _found.OrderBy(f => f.Resource).ThenBy(f => f.Path.Text, StringComparer.Ordinal).ThenBy(f => f.Rule.Id, StringComparer.Ordinal)];

    /// <summary>Whether anything was found about a document.</summary>
    public bool HasWarned(ResourceKey resource) => _resources.Contains(resource);

    /// <summary>About a place in a document.</summary>
    public void Add(LintRule rule, DeclaredResource resource, FieldPath at, string message) => Add(rule, resource.Key, at, message, resource.OriginAt(at));

    /// <summary>About what a compiled rule came from.</summary>
    public void Add(LintRule rule, Origin origin, string message)
    {
        if (origin.Kind is "Edge" or "Default" || origin.Name.Split('/') is not [var space, var name])
        {
            return;
        }

        Add(rule, new ResourceKey(origin.Kind, space, name), origin.Rule is { } path ? DeclaredResource.SpecPath / path : DeclaredResource.SpecPath, message, origin);
    }

    /// <summary>About anything.</summary>
    public void Add(LintRule rule, ResourceKey resource, FieldPath at, string message, Origin origin) => Add(new CompileWarning(resource, at, message, origin) { Rule = rule });

    /// <summary>What was found elsewhere.</summary>
    public void Add(CompileWarning finding)
    {
        if (_known.Add((finding.Rule.Id, $"{finding.Resource} {finding.Path}", finding.Message)))
        {
            _resources.Add(finding.Resource);
            _found.Add(finding);
        }
    }
}
