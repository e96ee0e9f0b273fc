# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that sensors printed, as their sources have them."""

from __future__ import annotations

# bxin.cisco.com and a blog post of 2013-06-11, 7.1(7)E4, with its trailing blanks
CAPTURE_7 = """Application Partition:

Cisco Intrusion Prevention System, Version 7.1(7)E4

Host:                                                 
    Realm Keys          key1.0                        
Signature Definition:                                 
    Signature Update    S722.0            2013-06-05  
OS Version:             2.6.29.1                      
Platform:               ASA-SSM-10                    
Serial Number:          JJJJJJJJJB                   
Licensed, expires:      01-Aug-2013 UTC               
Sensor up-time is 91 days.
Using 666M out of 974M bytes of available memory (68% usage)

MainApp            S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600   Running  
AnalysisEngine     S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600   NotRunning  
CollaborationApp   S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600   Running  
CLI                S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600  

Upgrade History:

* IPS-sig-S733-req-E4       19:59:50 UTC Fri Aug 09 2013
  IPS-sig-S734-req-E4.pkg   19:59:49 UTC Tue Aug 13 2013
"""  # noqa: W291  # as captured
