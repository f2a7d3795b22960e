using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Kubernetes.Documents;

/// <summary>A document that is a custom resource.</summary>
/// <param name="Path">Where its kind is.</param>
/// <param name="Key">Kind, namespace and name.</param>
/// <param name="Generation">Number of its spec; it rises with every change of that.</param>
/// <param name="Entry">What counts of it.</param>
/// <param name="Status">What is written to its status; <see langword="null"/>: nothing yet.</param>
internal sealed record CustomResource(ObjectPath Path, ResourceKey Key, long Generation, SourceEntry Entry, JsonObject? Status);
