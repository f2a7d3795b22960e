using System.Globalization;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Terminal;
using Mesh.Laptop.Files;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Linting;
using Mesh.Model.Planning;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;
using Mesh.Yaml;

namespace Mesh.Cli.Checking;

/// <summary>Reads files as <c>mesh up</c> and the control plane would, and collects all that is wrong.</summary>
/// <param name="directory">What paths are shown relative to.</param>
internal sealed class OfflineCheck(string directory)
{
    private readonly List<Finding> _findings = [];
    private readonly List<DeclaredResource> _resources = [];
    private TrustDomain _trustDomain = TrustDomain.Parse("check.local");
    private readonly Dictionary<ResourceKey, string> _keys = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>How many documents were read.</summary>
    public int Documents { get; private set; }

    /// <summary>How many files were read.</summary>
    public int Files => _seen.Count;

    /// <summary>Whether services were among them: only then can be said that a policy names one that does not exist.</summary>
    public bool ChecksReferences => _resources.Exists(r => r is ServiceResource);

    /// <summary>What could not be read, without what is only suspicious.</summary>
    public IReadOnlyList<Finding> Mistakes => _findings;

    /// <summary>What was read.</summary>
    public IReadOnlyList<DeclaredResource> Resources => _resources;

    /// <summary>What was read, sorted for the compiler.</summary>
    public MeshConfiguration Configuration => MeshConfiguration.Of(_trustDomain, _resources);

    /// <summary>Reads a file; of an app also its policies.</summary>
    public void Add(string file)
    {
        if (!_seen.Add(file))
        {
            return;
        }

        var shown = ShownPath.From(directory, file);
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _findings.Add(new Finding(shown, 1, $"cannot be read: {e.Message}"));
            return;
        }

        var read = DocumentReader.Read(text, shown);
        _findings.AddRange(read.Violations.Select(v => Of(shown, v)));
        foreach (var document in read.Documents)
        {
            Documents++;
            if (document.Root["kind"] is ScalarNode { Text: AppFileReader.Kind })
            {
                AddApp(document, file, shown);
            }
            else
            {
                AddResource(document, shown);
            }
        }
    }

    /// <summary>Everything that is wrong, by file and line.</summary>
    public IReadOnlyList<Finding> Finish()
    {
        IEnumerable<Finding> references = ChecksReferences ? References() : [];
        return [.. _findings.Concat(references).Distinct().OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line)];
    }

    private IEnumerable<Finding> References()
    {
        var configuration = Configuration;
        return configuration.Warnings.Concat(SnapshotCompiler.Compile(configuration.Topology, configuration.Policies).Findings).Select(warning =>
        {
            var (file, line) = Place(warning.Origin.Location);
            return new Finding(file, line, $"{warning.Rule.Id}: {warning.Resource}: {warning.Path} {warning.Message}", warning.Rule.Level == LintLevel.Hint);
        });
    }

    private static (string File, int Line) Place(string? location) =>
        location?.LastIndexOf(':') is { } colon and > 0 && int.TryParse(location.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var line) ? (location[..colon], line) : (location ?? "", 1);

    private void AddApp(MeshDocument document, string file, string shown)
    {
        var result = AppFileReader.Read(document, file);
        _findings.AddRange(result.Violations.Select(v => Of(shown, v)));
        if (result.App is not { } app)
        {
            return;
        }

        _trustDomain = app.Description.TrustDomain;

        // The numbers do not matter here; what is wrong shows whatever they are.
        var next = 20000;
        var plan = MeshPlanner.Plan(app.Description, PlanningTarget.Laptop, (_, taken) =>
        {
            do
            {
                next++;
            }
            while (taken.Contains(next));

            return next;
        });
        _findings.AddRange(plan.Violations.Select(v => Of(shown, v)));
        foreach (var service in plan.Workloads.Select(w => w.Service))
        {
            Keep(TopologyDocuments.Resource(service), shown, document.Line);
        }

        foreach (var external in plan.ExternalServices)
        {
            Keep(TopologyDocuments.Resource(external), shown, document.Line);
        }

        if (app.PoliciesDirectory is { } policies)
        {
            foreach (var policy in Commands.DocumentFiles.Find([policies], directory))
            {
                Add(policy);
            }
        }
    }

    private void AddResource(MeshDocument document, string shown)
    {
        var result = ResourceReader.Read(document);
        _findings.AddRange(result.Violations.Select(v => Of(shown, v)));
        if (result.Resource is { } resource)
        {
            Keep(resource, shown, document.Line);
        }
    }

    private void Keep(DeclaredResource resource, string shown, int line)
    {
        var here = string.Create(CultureInfo.InvariantCulture, $"{shown}:{line}");
        if (_keys.TryAdd(resource.Key, here))
        {
            _resources.Add(resource);
        }
        else
        {
            _findings.Add(new Finding(shown, line, $"{resource.Kind} {resource.Metadata.Namespace}/{resource.Metadata.Name} is declared a second time (first in {_keys[resource.Key]}); rename or remove one"));
        }
    }

    private static Finding Of(string file, Violation violation) => new(file, violation.Line is { } line and > 0 ? line : 1, violation.ToString());
}
