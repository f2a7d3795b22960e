namespace Mesh.Proxy.Tests.Conformance;

/// <summary>The feature of Gateway API's suite that a test proves; what stands before the first underscore of the test's name is the suite's name of it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FeatureAttribute(string name) : Attribute
{
    /// <summary>The feature's name there.</summary>
    public string Name => name;
}
