using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Reading;
using Mesh.Model.Planning;

namespace Mesh.Hosting.Applying;

/// <summary>
/// Reads an app that is to run and plans it. A callback may ask for an address while it is read, such as <c>endpoint.Url</c>, and only the plan knows addresses: then the app
/// is planned without what that callback says, the callback is asked again, and the app is planned with it. Ports are the same both times, for a source gives each but once.
/// </summary>
internal static class AppPlanner
{
    /// <summary>Reads and plans.</summary>
    /// <param name="reader">Reads the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="plan">Plans what was read; the same ports for the same request each time.</param>
    /// <param name="servesHttps">Whether sidecars have a certificate for https.</param>
    /// <param name="isStarted">Whether the app is started with this plan; else its endpoints have no address afterwards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DistributedApplicationException">MESH003: there is no plan.</exception>
    public static async Task<(AppReading Reading, MeshPlan Plan)> PlanAsync(
        AppModelReader reader, DistributedApplicationModel model, Func<MeshDescription, MeshPlan> plan, bool servesHttps, bool isStarted, CancellationToken cancellationToken)
    {
        var reading = await reader.ReadAsync(model, cancellationToken);
        var planned = Checked(plan(reading.Description));
        if (reading.Unread.IsEmpty)
        {
            return (reading, planned);
        }

        try
        {
            reading = await reader.ReadAsync(model, cancellationToken, EarlyAddresses.GiveOut(reading, planned, servesHttps));
        }
        finally
        {
            if (!isStarted)
            {
                EarlyAddresses.TakeBack(reading, planned);
            }
        }

        return (reading, Checked(plan(reading.Description)));
    }

    private static MeshPlan Checked(MeshPlan plan) => plan.Violations.IsEmpty ? plan : throw MeshDiagnostics.Unplannable(plan.Violations.Select(v => $"{v.Path}: {v.Message}"));
}
