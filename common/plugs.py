"""What the kernel has to do with other packages."""

from common.slots import Plug, Turn

# One look for all sweeps; what each finds due and how often stands in the plugs.
PLUG = Plug(beat={"sweeps-look": Turn("common.sweeps.look", every=2.0, expires=4)})
