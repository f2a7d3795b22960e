using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Installation;
using Mesh.Hosting.Running;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;

namespace Mesh.Hosting.Applying;

/// <summary>What the control plane is started with.</summary>
internal static class ControlPlaneFiles
{
    /// <summary>Writes its settings, the topology and the AppHost's policies, and says how it is started.</summary>
    public static void Write(MeshResource mesh, RunningMesh running, MeshProgram program)
    {
        TopologyDocuments.Write(running.Plan, running.State.Topology);
        ImmutableArray<ConfigurationSource> sources = [new(running.State.Topology, "topology"), new(running.State.Policies, "AppHost")];
        if (mesh.PoliciesDirectory is { } policies)
        {
            // A later source beats an earlier one: what is in files beats what the AppHost says.
            sources = sources.Add(new ConfigurationSource(policies, "policies"));
        }

        var settings = new ControlPlaneSettings
        {
            TrustDomain = running.TrustDomain.Name,
            GrpcAddress = running.GrpcAddress,
            ApiAddress = running.ApiAddress,
            StateDirectory = running.State.ControlPlane,
            Sources = sources,
            ApiTokens =
            [
                new ApiToken { Name = "apphost", Token = running.AppHostToken, Scopes = ["read", "apply", "debug", "token"] },
                new ApiToken { Name = "browser", Token = running.BrowserToken, Scopes = ["read"] },
            ],
            SvidLifetimeSeconds = (int)mesh.Options.CertificateLifetime.TotalSeconds,
            LogLevel = mesh.Options.LogLevel,
        };
        SecretFile.Write(running.State.ControlPlaneSettings, StartFiles.ToJson(settings));

        var executable = mesh.Annotations.OfType<ExecutableAnnotation>().Last();
        (executable.Command, executable.WorkingDirectory) = (program.Command, running.State.Path);
        mesh.Annotations.Add(new CommandLineArgsCallbackAnnotation(a =>
        {
            foreach (var argument in (string[])[.. program.Arguments, "--config", running.State.ControlPlaneSettings])
            {
                a.Add(argument);
            }
        }));
    }
}
