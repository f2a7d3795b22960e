using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Kubernetes.Definitions;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Kubernetes.Leading;

/// <summary>
/// Brings the custom resource definitions up to this version of Mesh: Helm installs what lies in a chart's <c>crds/</c> and never touches it again. One that a newer version wrote stays: an
/// older control plane, such as the leader while a new version is rolled out, must not take fields away that objects use.
/// </summary>
internal sealed partial class DefinitionUpkeep(KubernetesApi api, TimeProvider time, ILogger<DefinitionUpkeep> logger) : ILeaderWork
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wait = FirstWait;
        var left = CustomResourceDefinitions.All.Select(d => (JsonObject)JsonNode.Parse(JsonDocumentWriter.Write(d))!).ToList();
        while (true)
        {
            // Each in every round: one that cannot be brought up holds up no other.
            var failed = new List<JsonObject>();
            foreach (var definition in left)
            {
                if (!await TryBringUpAsync(definition, cancellationToken))
                {
                    failed.Add(definition);
                }
            }

            if (failed.Count == 0)
            {
                return;
            }

            left = failed;
            await Task.Delay(wait, time, cancellationToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>Whether a version is older than another; what is no version is older than all.</summary>
    internal static bool IsOlder(string? version, string than)
    {
        var before = Parse(version);
        return before is null || before < Parse(than);
    }

    // What follows a hyphen or plus says which build, not which schema.
    private static Version? Parse(string? text) => Version.TryParse(text?.Split('-', '+')[0], out var version) ? version : null;

    private async Task<bool> TryBringUpAsync(JsonObject definition, CancellationToken cancellationToken)
    {
        var (name, version) = (definition.Name(), definition.Annotation(CustomResourceNames.VersionAnnotation)!);
        var path = ObjectPath.Definitions();
        try
        {
            if (await api.FindAsync(path.Object(name), cancellationToken) is not { } found)
            {
                await api.CreateAsync(path.Collection, definition, cancellationToken);
                Log.DefinitionMade(logger, name, version);
                return true;
            }

            var there = found.Annotation(CustomResourceNames.VersionAnnotation);
            if (!IsOlder(there, version))
            {
                if (there != version)
                {
                    Log.DefinitionNewer(logger, name, there!, version);
                }

                return true;
            }

            // Its own metadata and status stay, and with them every object.
            found["spec"] = definition["spec"]!.DeepClone();
            var annotations = found["metadata"]!["annotations"] as JsonObject ?? [];
            annotations[CustomResourceNames.VersionAnnotation] = version;
            found["metadata"]!["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
            await api.ReplaceAsync(path.Object(name), found, cancellationToken);
            Log.DefinitionBroughtUp(logger, name, there ?? "none", version);
            return true;
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            return false;
        }
        catch (KubernetesException e)
        {
            Log.DefinitionNotBroughtUp(logger, name, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2660, LogLevel.Information, "Custom resource definition {Name} was made, version {Version}.", EventName = nameof(DefinitionMade))]
        public static partial void DefinitionMade(ILogger logger, string name, string version);

        [LoggerMessage(2661, LogLevel.Information, "Custom resource definition {Name} was brought from version {Before} to {Version}.", EventName = nameof(DefinitionBroughtUp))]
        public static partial void DefinitionBroughtUp(ILogger logger, string name, string before, string version);

        [LoggerMessage(2662, LogLevel.Warning, "Custom resource definition {Name} is of version {There}, newer than this control plane's {Version}, and stays as it is.", EventName = nameof(DefinitionNewer))]
        public static partial void DefinitionNewer(ILogger logger, string name, string there, string version);

        [LoggerMessage(2663, LogLevel.Error, "Custom resource definition {Name} could not be brought up to this version, it is tried again: {Reason}", EventName = nameof(DefinitionNotBroughtUp))]
        public static partial void DefinitionNotBroughtUp(ILogger logger, string name, string reason);
    }
}
